import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../common/content-parts';
import { Doc, Int, Num, Opt, Text } from '../common/validation/fields';
import { ConfigService } from '../config/config.service';
import { findAgent } from '../config/agent-entries';
import { AgentTool, type ToolContext, type ToolResult, textResult } from '../tools/agent-tool';
import { FileOrigins } from '../tools/provenance/file-origins.store';
import { worstOrigin } from '../tools/provenance/taint';
import { memoryFiles } from './memory-files';
import { chunkText, rankChunks } from './rank-chunks';

const DEFAULT_RESULTS = 6;
const DEFAULT_MIN_SCORE = 0.35;
const MAX_SNIPPET = 700;

export class MemorySearchParams {
  @Text({ max: 1000 }) query!: string;
  @Opt() @Int({ min: 1, max: 50 }) @Doc(`${DEFAULT_RESULTS} by default.`) maxResults?: number;
  @Opt() @Num({ min: 0, max: 1 }) @Doc(`${DEFAULT_MIN_SCORE} by default.`) minScore?: number;
}

@Injectable()
@AgentTool({
  name: 'memory_search',
  description:
    'Look into MEMORY.md and memory/*.md before you answer about the past: people, dates, decisions, wishes.',
  params: MemorySearchParams,
  idempotent: true,
  core: false,
})
export class MemorySearchTool {
  constructor(
    private readonly config: ConfigService,
    private readonly origins: FileOrigins,
  ) {}

  unavailableReason(): string | undefined {
    const { config } = this.config;
    const isOff = config.agents?.defaults?.memorySearch?.enabled === false;
    return isOff ? 'agents.defaults.memorySearch.enabled is false' : undefined;
  }

  async execute(params: MemorySearchParams, context: ToolContext): Promise<ToolResult> {
    if (findAgent(this.config.config, context.agentId)?.memorySearch?.enabled === false)
      return textResult('Memory search is off for this agent.', { results: [], disabled: true });
    const files = await memoryFiles(context.workspace);
    const chunks = files.flatMap((file) => chunkText(file.path, file.text));
    const results = rankChunks(params.query, chunks)
      .filter((chunk) => chunk.score >= (params.minScore ?? DEFAULT_MIN_SCORE))
      .slice(0, params.maxResults ?? DEFAULT_RESULTS)
      .map(({ path, startLine, endLine, score, text }) => ({
        path,
        startLine,
        endLine,
        score,
        snippet: text.length > MAX_SNIPPET ? `${text.slice(0, MAX_SNIPPET)}…` : text,
        source: 'memory',
      }));
    const origin = await this.originOf(files, new Set(results.map((result) => result.path)));
    const text = results
      .map((hit) => `${hit.path}:${hit.startLine}-${hit.endLine} (${hit.score})\n${hit.snippet}`)
      .join('\n\n');
    return textResult(text || 'Nothing in memory fits.', { results, provider: 'none', model: 'full-text' }, origin);
  }

  private async originOf(
    files: readonly { path: string; real: string }[],
    used: ReadonlySet<string>,
  ): Promise<ContentOrigin> {
    const marks = await Promise.all(
      files.filter((file) => used.has(file.path)).map((file) => this.origins.of(file.real)),
    );
    return worstOrigin(['file', ...marks.filter((mark) => mark !== undefined)]) ?? 'file';
  }
}
