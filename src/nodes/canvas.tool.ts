import { Injectable } from '@nestjs/common';
import { Doc, Int, Num, OneOf, Opt, Str, Text, Hidden } from '../common/validation/fields';
import { AgentTool, type SinkUse, type ToolContext, ToolError, type ToolResult } from '../tools/agent-tool';
import { WorkspaceFiles } from '../tools/files/workspace-files';
import { NodeRegistry } from './node-registry.service';
import { askNode, chooseNode, pictureIn } from './node-tool-support';

const ACTIONS = ['present', 'hide', 'navigate', 'eval', 'snapshot', 'a2ui_push', 'a2ui_reset'] as const;

export class CanvasParams {
  @OneOf(ACTIONS) action!: (typeof ACTIONS)[number];
  @Opt() @Text() @Doc('Node by name, id or address; may be left out if only one can do it.') node?: string;
  @Opt() @Text() target?: string;
  @Opt() @Num() x?: number;
  @Opt() @Num() y?: number;
  @Opt() @Num({ min: 1 }) width?: number;
  @Opt() @Num({ min: 1 }) height?: number;
  @Opt() @Text({ max: 4000 }) url?: string;
  @Opt() @Str({ max: 200_000 }) javaScript?: string;
  @Opt() @OneOf(['png', 'jpg', 'jpeg']) outputFormat?: 'png' | 'jpg' | 'jpeg';
  @Opt() @Int({ min: 1 }) maxWidth?: number;
  @Opt() @Num({ min: 0, max: 1 }) quality?: number;
  @Opt() @Int({ min: 0, max: 60_000 }) delayMs?: number;
  @Opt() @Str({ max: 500_000 }) @Doc('a2ui_push: one JSON message a line.') jsonl?: string;
  @Opt() @Text() @Doc('a2ui_push: a file of the workspace instead.') jsonlPath?: string;
  @Opt() @Hidden() @Str() gatewayUrl?: string;
  @Opt() @Hidden() @Str() gatewayToken?: string;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
}

@Injectable()
@AgentTool({
  name: 'canvas',
  description: "Show pages on a paired device's canvas, run script in them, take a picture of them.",
  params: CanvasParams,
  idempotent: false,
  core: true,
  rare: 'show pages on a device',
  origin: 'tool',
})
export class CanvasTool {
  constructor(private readonly nodes: NodeRegistry) {}

  unavailableReason(): string | undefined {
    return this.nodes.connected().length > 0 ? undefined : 'no paired node is connected';
  }

  sinkOf(params: CanvasParams, { provenance }: ToolContext): SinkUse | undefined {
    const made =
      params.action === 'eval'
        ? params.javaScript
        : params.action === 'navigate' || params.action === 'present'
          ? params.url
          : undefined;
    if (made === undefined || provenance.sawVerbatim(made)) return undefined;
    return { kind: 'device', from: 'suspect', summary: `canvas ${params.action}: ${made}` };
  }

  async execute(params: CanvasParams, context: ToolContext): Promise<ToolResult> {
    const [command, body] = await this.request(params, context);
    const node = chooseNode(this.nodes, params.node, command);
    const payload = await askNode(this.nodes, node, command, body, context, params.timeoutMs);
    const picture = params.action === 'snapshot' ? pictureIn(payload) : undefined;
    const text = picture
      ? `Picture of the canvas of ${node.displayName ?? node.nodeId}`
      : JSON.stringify(payload ?? { ok: true });
    return {
      content: [{ type: 'text', text }, ...(picture ? [picture] : [])],
      details: { ok: true, node: node.nodeId },
    };
  }

  private async request(params: CanvasParams, context: ToolContext): Promise<[command: string, body: unknown]> {
    const { x, y, width, height, url } = params;
    switch (params.action) {
      case 'present': {
        const hasPlace = [x, y, width, height].some((value) => value !== undefined);
        return [
          'canvas.present',
          {
            ...((params.target ?? url) ? { url: params.target ?? url } : {}),
            ...(hasPlace ? { placement: { x, y, width, height } } : {}),
          },
        ];
      }
      case 'hide':
        return ['canvas.hide', undefined];
      case 'navigate':
        if (url === undefined) throw new ToolError('invalid_args', 'navigate needs url');
        return ['canvas.navigate', { url }];
      case 'eval':
        if (params.javaScript === undefined) throw new ToolError('invalid_args', 'eval needs javaScript');
        return ['canvas.eval', { javaScript: params.javaScript }];
      case 'snapshot': {
        const format = params.outputFormat === 'jpg' ? 'jpeg' : (params.outputFormat ?? 'png');
        return [
          'canvas.snapshot',
          {
            format,
            ...(params.maxWidth ? { maxWidth: params.maxWidth } : {}),
            ...(params.quality === undefined ? {} : { quality: params.quality }),
          },
        ];
      }
      case 'a2ui_push': {
        const jsonl = params.jsonl ?? (params.jsonlPath ? await this.read(params.jsonlPath, context) : undefined);
        if (jsonl === undefined) throw new ToolError('invalid_args', 'a2ui_push needs jsonl or jsonlPath');
        return ['canvas.a2ui.pushJSONL', { jsonl }];
      }
      case 'a2ui_reset':
        return ['canvas.a2ui.reset', undefined];
    }
  }

  private async read(path: string, context: ToolContext): Promise<string> {
    const { file } = await new WorkspaceFiles([context.workspace]).openForRead(path);
    try {
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  }
}
