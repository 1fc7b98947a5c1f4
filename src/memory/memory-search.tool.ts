import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/openclaw-error';
import { Doc, Hidden, Int, Num, Opt, Text } from '../common/validation/fields';
import { ConfigService } from '../config/config.service';
import { findAgent } from '../config/agent-entries';
import { AgentTool, type ToolContext, type ToolResult, textResult } from '../tools/agent-tool';
import { worstOrigin } from '../tools/provenance/taint';
import { type MemoryAnswer, MemoryService } from './memory.service';
import { Leaves } from '../tools/provenance/sinks';

const DEFAULT_RESULTS = 6;
const DEFAULT_MIN_SCORE = 0.35;

@Leaves<MemorySearchParams>({ query: 'none', maxResults: 'none', minScore: 'none' })
export class MemorySearchParams {
  @Text({ max: 1000 }) @Doc('Words that stand in the notes, or a day such as 2026-11-27.') query!: string;
  @Opt() @Int({ min: 1, max: 50 }) @Doc(`${DEFAULT_RESULTS} by default.`) maxResults?: number;
  @Opt() @Hidden() @Num({ min: 0, max: 1 }) minScore?: number;
}

@Injectable()
@AgentTool({
  name: 'memory_search',
  description:
    'Look into MEMORY.md and memory/*.md before you answer about the past: people, dates, decisions, wishes.',
  params: MemorySearchParams,
  idempotent: true,
  parallel: true,
  core: false,
  companions: ['memory_get'],
  origin: 'file',
})
export class MemorySearchTool {
  constructor(
    private readonly config: ConfigService,
    private readonly memory: MemoryService,
  ) {}

  unavailableReason(): string | undefined {
    const { config } = this.config;
    const isOff = config.agents?.defaults?.memorySearch?.enabled === false;
    return isOff ? 'agents.defaults.memorySearch.enabled is false' : undefined;
  }

  async execute(params: MemorySearchParams, context: ToolContext): Promise<ToolResult> {
    if (findAgent(this.config.config, context.agentId)?.memorySearch?.enabled === false)
      return textResult('Memory search is off for this agent.', { results: [], disabled: true });
    const limit = params.maxResults ?? DEFAULT_RESULTS;
    const least = params.minScore ?? DEFAULT_MIN_SCORE;
    let answer: MemoryAnswer;
    try {
      answer = await this.memory.search(context.agentId, context.workspace, params.query, limit);
    } catch (error) {
      return textResult(`Memory can't be searched: ${messageOf(error)}`, {
        results: [],
        disabled: true,
        error: messageOf(error),
      });
    }
    const hits = answer.hits.filter((hit) => hit.score >= least);
    const results = hits.map(({ origin: _, ...hit }) => hit);
    const text = results
      .map((hit) => `${hit.path}:${hit.startLine}-${hit.endLine} (${hit.score})\n${hit.snippet}`)
      .join('\n\n');
    const { provider, model, note } = answer;
    return textResult(
      text || 'Nothing in memory fits.',
      { results, provider, model, ...(note === undefined ? {} : { note }) },
      worstOrigin(
        hits.map((hit) => hit.origin),
        'workspace',
      ),
    );
  }
}
