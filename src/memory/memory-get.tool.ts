import { Injectable } from '@nestjs/common';
import { Doc, Int, Opt, Text } from '../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../tools/agent-tool';
import { limitLines } from '../tools/files/output-limits';
import { FileOrigins } from '../tools/provenance/file-origins.store';
import { isMemoryPath, readMemoryFile } from './memory-files';
import { Leaves } from '../tools/provenance/sinks';

@Leaves<MemoryGetParams>({ path: 'none', from: 'none', lines: 'none' })
export class MemoryGetParams {
  @Text({ max: 500 }) @Doc('MEMORY.md or a file below memory/.') path!: string;
  @Opt() @Int({ min: 1 }) @Doc('First line, counted from 1.') from?: number;
  @Opt() @Int({ min: 1 }) @Doc('Most lines.') lines?: number;
}

@Injectable()
@AgentTool({
  name: 'memory_get',
  description: 'Read lines of a memory file that memory_search named.',
  params: MemoryGetParams,
  idempotent: true,
  parallel: true,
  core: false,
  rare: 'lines of a found note',
  origin: 'file',
})
export class MemoryGetTool {
  constructor(private readonly origins: FileOrigins) {}

  async execute(params: MemoryGetParams, context: ToolContext): Promise<ToolResult> {
    if (!isMemoryPath(params.path))
      throw new ToolError('outside_workspace', `${params.path} is no memory file; MEMORY.md and memory/ are`);
    const { text, real } = await readMemoryFile(context.workspace, params.path);
    const start = (params.from ?? 1) - 1;
    const wanted = text.split('\n').slice(start, params.lines === undefined ? undefined : start + params.lines);
    const { lines, truncated, ofFirst } = limitLines(wanted, context);
    const origin = await this.origins.labelOf(real, context.workspace);
    const shown = lines.join('\n');
    const rest =
      ofFirst === undefined
        ? `go on with from=${start + lines.length + 1}`
        : `line ${start + 1} has ${wanted[0]?.length} characters, ${ofFirst} are shown; read has the rest with offset=${start + 1} column=${ofFirst + 1}`;
    return textResult(truncated ? `${shown}\n\n[${rest}]` : shown, { path: params.path, text: shown }, origin);
  }
}
