import { stat } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { writeFileAtomic } from '../../common/atomic-file';
import { Doc, Str, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import { WorkspaceFiles, describeOpenError } from '../files/workspace-files';

const DEFAULT_MODE = 0o644;

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
})
export class WriteTool {
  async execute(params: WriteParams, context: ToolContext): Promise<ToolResult> {
    const files = new WorkspaceFiles([context.workspace]);
    const path = await files.prepareFolder(params.path);
    const known = await stat(path).catch(() => undefined);
    if (known?.isDirectory()) throw new ToolError('invalid_args', `${params.path} is a directory`);
    try {
      writeFileAtomic(path, params.content, known ? known.mode & 0o777 : DEFAULT_MODE);
    } catch (error) {
      throw describeOpenError(error, params.path);
    }
    const bytes = Buffer.byteLength(params.content);
    const shown = files.display(path);
    return textResult(`${known ? 'Replaced' : 'Created'} ${shown} (${bytes} bytes)`, {
      path: shown,
      bytes,
      created: !known,
    });
  }
}
