import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Doc, Int, Opt, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import { limitLines } from '../files/output-limits';
import { FileOrigins } from '../provenance/file-origins.store';
import { WorkspaceFiles, describeOpenError } from '../files/workspace-files';
import { searchInThread } from '../search/search-files';
import { Leaves } from '../provenance/sinks';

const DEFAULT_LIMIT = 1000;

@Leaves<FindParams>({ pattern: 'none', path: 'none', limit: 'none' })
export class FindParams {
  @Text({ max: 500 })
  @Doc('Glob such as *.md or src/**/*.ts; without / it matches names at any depth.')
  pattern!: string;
  @Opt() @Text() @Doc('Folder to look in; the workspace by default.') path?: string;
  @Opt() @Int({ min: 1 }) @Doc(`Most results, ${DEFAULT_LIMIT} by default.`) limit?: number;
}

@Injectable()
@AgentTool({
  name: 'find',
  description: 'Find files and folders by name. Paths are relative; what .gitignore leaves out is left out.',
  params: FindParams,
  idempotent: true,
  parallel: true,
  core: false,
  origin: 'file',
})
export class FindTool {
  constructor(private readonly origins: FileOrigins) {}

  async foresee({ path = '.' }: FindParams, context: ToolContext): Promise<string> {
    return `in ${await new WorkspaceFiles([context.workspace]).resolve(path)}`;
  }

  async execute(params: FindParams, context: ToolContext): Promise<ToolResult> {
    const root = await new WorkspaceFiles([context.workspace]).resolve(params.path ?? '.');
    const isFolder = await stat(root).then(
      (found) => found.isDirectory(),
      (error: unknown) => {
        throw describeOpenError(error, params.path ?? '.');
      },
    );
    if (!isFolder) throw new ToolError('invalid_args', `${params.path ?? '.'} is a file; find looks into folders`);
    const { names: found, hasMore } = await searchInThread(
      { kind: 'names', root, glob: params.pattern, limit: params.limit ?? DEFAULT_LIMIT },
      { signal: context.signal },
    );
    if (found.length === 0)
      return textResult(`No name matches ${JSON.stringify(params.pattern)}.`, { found: 0 }, 'gateway');
    const { lines, truncated } = limitLines(found, context);
    const note =
      hasMore || truncated ? `\n\n[${lines.length} shown; there are more: narrow the pattern or raise limit]` : '';
    const origin = await this.origins.labelOfNames(
      found.map((name) => join(root, name)),
      context.workspace,
    );
    return textResult(lines.join('\n') + note, { found: lines.length }, origin);
  }
}
