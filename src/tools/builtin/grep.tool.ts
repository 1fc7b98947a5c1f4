import { stat } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { messageOf } from '../../common/openclaw-error';
import { Bool, Doc, Int, Opt, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import { limitLines } from '../files/output-limits';
import { WorkspaceFiles, describeOpenError } from '../files/workspace-files';
import { FileOrigins } from '../provenance/file-origins.store';
import { worstOrigin } from '../provenance/taint';
import { searchInThread } from '../search/search-files';
import { Leaves } from '../provenance/sinks';

const DEFAULT_LIMIT = 100;
const MAX_LINE = 500;
const MAX_FILE_BYTES = 5 * 1024 * 1024;
/** Names of files that were too large for it. */
const MAX_NAMED = 5;

@Leaves<GrepParams>({
  pattern: 'none',
  path: 'none',
  glob: 'none',
  ignoreCase: 'none',
  literal: 'none',
  context: 'none',
  limit: 'none',
})
export class GrepParams {
  @Text({ max: 2000 }) @Doc('Regular expression, or plain text with literal.') pattern!: string;
  @Opt() @Text() @Doc('File or folder; the workspace by default.') path?: string;
  @Opt() @Text() @Doc('Only files whose name or path matches, such as *.ts.') glob?: string;
  @Opt() @Bool() @Doc('Take a and A for the same.') ignoreCase?: boolean;
  @Opt() @Bool() @Doc('Take the pattern as plain text.') literal?: boolean;
  @Opt() @Int({ min: 0, max: 20 }) @Doc('Lines to show around each match.') context?: number;
  @Opt() @Int({ min: 1, max: 2000 }) @Doc(`Most matches, ${DEFAULT_LIMIT} by default.`) limit?: number;
}

@Injectable()
@AgentTool({
  name: 'grep',
  description: 'Search the contents of files. Lines come as file:line: text; what .gitignore leaves out is left out.',
  params: GrepParams,
  idempotent: true,
  parallel: true,
  core: false,
  origin: 'file',
})
export class GrepTool {
  constructor(private readonly origins: FileOrigins) {}

  async foresee({ path = '.' }: GrepParams, context: ToolContext): Promise<string> {
    return `in ${await new WorkspaceFiles([context.workspace]).resolve(path)}`;
  }

  async execute(params: GrepParams, context: ToolContext): Promise<ToolResult> {
    const source = params.literal ? params.pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : params.pattern;
    try {
      new RegExp(source);
    } catch (error) {
      throw new ToolError('invalid_args', `pattern: ${messageOf(error)}; use literal for plain text`);
    }
    const files = new WorkspaceFiles([context.workspace]);
    const root = await files.resolve(params.path ?? '.');
    await requirePresent(root, params.path);
    const answer = await searchInThread(
      {
        kind: 'grep',
        root,
        ...(params.glob === undefined ? {} : { glob: params.glob }),
        source,
        flags: params.ignoreCase ? 'iu' : '',
        context: params.context ?? 0,
        limit: params.limit ?? DEFAULT_LIMIT,
        maxLine: MAX_LINE,
        maxFileBytes: MAX_FILE_BYTES,
      },
      { signal: context.signal },
    );
    const unsearched = unsearchedNote(answer.tooLarge.map((file) => files.display(file)));
    if (answer.matches === 0)
      return textResult(`Nothing matches ${JSON.stringify(params.pattern)}.${unsearched}`, { matches: 0 });
    const { lines, truncated } = limitLines(
      answer.lines.map(
        ({ file, line, text, isMatch }) =>
          `${files.display(file)}${isMatch ? ':' : '-'}${line}${isMatch ? ':' : '-'} ${text}`,
      ),
      context,
    );
    const note = answer.limited || truncated ? `\n\n[more may match; narrow path or glob, or raise limit]` : '';
    const found = [...new Set(answer.lines.map((line) => line.file))];
    const origin = worstOrigin(
      await Promise.all(found.map((path) => this.origins.labelOf(path, context.workspace))),
      'workspace',
    );
    return textResult(lines.join('\n') + note + unsearched, { matches: answer.matches }, origin);
  }
}

/** Says which files were passed over, so that nobody takes them for searched. */
function unsearchedNote(names: readonly string[]): string {
  if (names.length === 0) return '';
  const named = names.slice(0, MAX_NAMED).join(', ') + (names.length > MAX_NAMED ? ', …' : '');
  return `\n\n[not searched, more than ${MAX_FILE_BYTES} bytes: ${named}; use exec with grep]`;
}

/** @throws ToolError not_found, naming what the call named */
async function requirePresent(root: string, named = '.'): Promise<void> {
  await stat(root).catch((error: unknown) => {
    throw describeOpenError(error, named);
  });
}
