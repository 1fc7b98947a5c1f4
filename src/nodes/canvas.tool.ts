import { Injectable } from '@nestjs/common';
import { Doc, Int, Num, OneOf, Opt, Str, Text, Hidden } from '../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult } from '../tools/agent-tool';
import { LeavingFiles } from '../tools/files/leaving-files.service';
import { WorkspaceFiles } from '../tools/files/workspace-files';
import { NodeRegistry } from './connected-nodes.service';
import { askNode, chooseNode, pictureIn } from './node-tool-support';
import { type CallSinks, Leaves, fetchOf } from '../tools/provenance/sinks';

const MAX_PUSHED_BYTES = 4 * 1024 * 1024;
const ACTIONS = ['present', 'hide', 'navigate', 'eval', 'snapshot', 'a2ui_push', 'a2ui_reset'] as const;

@Leaves<CanvasParams>({
  action: 'none',
  node: 'none',
  target: 'fetch',
  x: 'none',
  y: 'none',
  width: 'none',
  height: 'none',
  url: 'fetch',
  javaScript: 'out',
  outputFormat: 'none',
  maxWidth: 'none',
  quality: 'none',
  delayMs: 'none',
  jsonl: 'out',
  jsonlPath: 'out',
  gatewayUrl: 'none',
  gatewayToken: 'none',
  timeoutMs: 'none',
})
export class CanvasParams {
  @OneOf(ACTIONS) @Doc('What the canvas does.') action!: (typeof ACTIONS)[number];
  @Opt() @Text() @Doc('Node by name, id or address; may be left out if only one can do it.') node?: string;
  @Opt() @Text() @Doc('present: what to show, an address or a file of the workspace.') target?: string;
  @Opt() @Num() @Doc('present: left edge, in points.') x?: number;
  @Opt() @Num() @Doc('present: upper edge, in points.') y?: number;
  @Opt() @Num({ min: 1 }) @Doc('present: in points.') width?: number;
  @Opt() @Num({ min: 1 }) @Doc('present: in points.') height?: number;
  @Opt() @Text({ max: 4000 }) @Doc('navigate: address.') url?: string;
  @Opt() @Str({ max: 200_000 }) @Doc('eval: code that runs in the page.') javaScript?: string;
  @Opt() @OneOf(['png', 'jpg', 'jpeg']) @Doc('snapshot: kind of picture.') outputFormat?: 'png' | 'jpg' | 'jpeg';
  @Opt() @Int({ min: 1 }) @Doc('snapshot: widest, in pixels.') maxWidth?: number;
  @Opt() @Num({ min: 0, max: 1 }) @Doc('snapshot: of a jpg, from 0 to 1.') quality?: number;
  @Opt() @Int({ min: 0, max: 60_000 }) @Doc('snapshot: milliseconds to wait before.') delayMs?: number;
  @Opt() @Str({ max: 500_000 }) @Doc('a2ui_push: one JSON message a line.') jsonl?: string;
  @Opt() @Text() @Doc('a2ui_push: a file of the workspace instead.') jsonlPath?: string;
  @Opt() @Hidden() @Str() gatewayUrl?: string;
  @Opt() @Hidden() @Str() gatewayToken?: string;
  @Opt() @Int({ min: 1 }) @Doc('Milliseconds to wait for the node.') timeoutMs?: number;
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
  constructor(
    private readonly nodes: NodeRegistry,
    private readonly leaving: LeavingFiles,
  ) {}

  unavailableReason(): string | undefined {
    return this.nodes.connected().length > 0 ? undefined : 'no paired node is connected';
  }

  async sinksOf(params: CanvasParams, context: ToolContext): Promise<CallSinks> {
    const { action } = params;
    const isShown = action === 'present' || action === 'navigate';
    const address = isShown ? addressOf(params) : undefined;
    const what = action === 'eval' ? params.javaScript : action === 'a2ui_push' ? pushedBy(params) : undefined;
    const file = action === 'a2ui_push' ? fileOf(params) : undefined;
    const details = file === undefined ? [] : await this.leaving.facts([file], MAX_PUSHED_BYTES, context);
    return {
      url: address === undefined ? 'none' : { ...fetchOf(address), summary: `canvas ${action}: ${address}` },
      target: 'none',
      javaScript: 'none',
      jsonl: 'none',
      jsonlPath: 'none',
      ...(what === undefined ? {} : { action: { sink: 'out', summary: `canvas ${action}: ${what}`, details } }),
    };
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
    const { x, y, width, height } = params;
    const address = addressOf(params);
    switch (params.action) {
      case 'present': {
        const hasPlace = [x, y, width, height].some((value) => value !== undefined);
        return [
          'canvas.present',
          {
            ...(address === undefined ? {} : { url: address }),
            ...(hasPlace ? { placement: { x, y, width, height } } : {}),
          },
        ];
      }
      case 'hide':
        return ['canvas.hide', undefined];
      case 'navigate':
        if (address === undefined) throw new ToolError('invalid_args', 'navigate needs url');
        return ['canvas.navigate', { url: address }];
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
        const jsonl = await this.pushed(params, context);
        if (jsonl === undefined) throw new ToolError('invalid_args', 'a2ui_push needs jsonl or jsonlPath');
        return ['canvas.a2ui.pushJSONL', { jsonl }];
      }
      case 'a2ui_reset':
        return ['canvas.a2ui.reset', undefined];
    }
  }

  /** @throws ToolError approval_denied where the file is not the one that was shown */
  private async pushed(params: CanvasParams, context: ToolContext): Promise<string | undefined> {
    const path = fileOf(params);
    if (path === undefined) return params.jsonl;
    const { content } = await new WorkspaceFiles([context.workspace]).readBytes(path, MAX_PUSHED_BYTES);
    this.leaving.requireJudged(path, content, context);
    return content.toString('utf8');
  }
}

/** File that is pushed where the messages do not stand in the call itself. */
const fileOf = ({ jsonl, jsonlPath }: CanvasParams): string | undefined =>
  jsonl === undefined ? jsonlPath || undefined : undefined;

const pushedBy = (params: CanvasParams): string | undefined => fileOf(params) ?? params.jsonl;

/** Where the canvas is to go; older callers say `target`. */
const addressOf = ({ url, target }: CanvasParams): string | undefined => (target || url || '').trim() || undefined;
