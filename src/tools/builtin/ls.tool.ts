import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Doc, Int, Opt, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, type ToolResult, textResult } from '../agent-tool';
import { limitLines } from '../files/output-limits';
import { FileOrigins } from '../provenance/file-origins.store';
import { WorkspaceFiles, describeOpenError } from '../files/workspace-files';
import { Leaves } from '../provenance/sinks';

const DEFAULT_LIMIT = 500;

@Leaves<LsParams>({ path: 'none', limit: 'none' })
export class LsParams {
  @Opt() @Text() @Doc('Folder to list; the workspace by default.') path?: string;
  @Opt() @Int({ min: 1 }) @Doc(`Most entries to return, ${DEFAULT_LIMIT} by default.`) limit?: number;
}

@Injectable()
@AgentTool({
  name: 'ls',
  description: 'List a folder: names sorted without regard to case, folders end with /, hidden files included.',
  params: LsParams,
  idempotent: true,
  parallel: true,
  core: false,
  origin: 'file',
})
export class LsTool {
  constructor(private readonly origins: FileOrigins) {}

  async foresee({ path = '.' }: LsParams, context: ToolContext): Promise<string> {
    return `of ${await new WorkspaceFiles([context.workspace]).resolve(path)}`;
  }

  async execute(params: LsParams, context: ToolContext): Promise<ToolResult> {
    const files = new WorkspaceFiles([context.workspace]);
    const wanted = params.path ?? '.';
    const path = await files.resolve(wanted);
    const names = await list(path, wanted);
    const { lines, truncated } = limitLines(names, context, params.limit ?? DEFAULT_LIMIT);
    const shown = files.display(path);
    if (names.length === 0) return textResult(`${shown} is empty`, { path: shown, entries: 0 }, 'gateway');
    const note = truncated ? `\n\n[${lines.length} of ${names.length} entries; raise limit or list a subfolder]` : '';
    const origin = await this.origins.labelOfNames(
      names.map((name) => join(path, name)),
      context.workspace,
    );
    return textResult(lines.join('\n') + note, { path: shown, entries: names.length }, origin);
  }
}

async function list(path: string, wanted: string): Promise<string[]> {
  try {
    if ((await stat(path)).isFile()) return [wanted];
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase()));
  } catch (error) {
    throw describeOpenError(error, wanted);
  }
}
