import { Injectable } from '@nestjs/common';
import { shownDiff } from '../../common/unified-diff';
import { Doc, Str, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, type ToolResult, textResult } from '../agent-tool';
import { changeOf } from '../files/file-change';
import { FileWriter } from '../files/file-writer.service';
import { WorkspaceFiles } from '../files/workspace-files';
import { type CallSinks, Leaves } from '../provenance/sinks';

@Leaves<WriteParams>({ path: 'none', content: 'later' })
export class WriteParams {
  @Text() @Doc('Path of the file, relative to the workspace or absolute inside it.') path!: string;
  @Str() @Doc('The whole new content.') content!: string;
}

@Injectable()
@AgentTool({
  name: 'write',
  aliases: ['write_file'],
  description: 'Create a file or replace its whole content. Folders are made. For a small change use edit.',
  params: WriteParams,
  paramAliases: { file_path: 'path' },
  idempotent: true,
  core: true,
  origin: 'gateway',
})
export class WriteTool {
  constructor(private readonly writer: FileWriter) {}

  async sinksOf(params: WriteParams, context: ToolContext): Promise<CallSinks> {
    const what = { tool: 'write', paths: [params.path], shown: ['path', 'content'] };
    const content = await this.writer.sinkOf(context, what, async (files) => [
      { ...(await changeOf(files, params.path)), content: params.content },
    ]);
    return { content };
  }

  async foresee({ path }: WriteParams, context: ToolContext): Promise<string> {
    return `to ${await this.writer.placeFor(context, path)}`;
  }

  async execute(params: WriteParams, context: ToolContext): Promise<ToolResult> {
    const files = new WorkspaceFiles([context.workspace]);
    // What is no text, or too large for one, is replaced all the same.
    const { before } = await changeOf(files, params.path).catch(() => ({ before: undefined }));
    const { path, created } = await this.writer.write(context, params.path, params.content, []);
    const bytes = Buffer.byteLength(params.content);
    const shown = files.display(path);
    return textResult(`${created ? 'Created' : 'Replaced'} ${shown} (${bytes} bytes)`, {
      path: shown,
      bytes,
      created,
      ...(before === undefined ? {} : { diff: shownDiff(shown, before, params.content) }),
    });
  }
}
