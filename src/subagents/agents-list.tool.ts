import { Injectable } from '@nestjs/common';
import { findAgent } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { NoParams } from '../rpc/no-params.dto';
import { AgentTool, type ToolContext, type ToolResult, textResult } from '../tools/agent-tool';
import { spawnableAgents } from './spawnable-agents';

@Injectable()
@AgentTool({
  name: 'agents_list',
  description: 'List the agents that sessions_spawn may use.',
  params: NoParams,
  idempotent: true,
  core: true,
  rare: 'agents to spawn',
  origin: 'gateway',
})
export class AgentsListTool {
  constructor(private readonly config: ConfigService) {}

  execute(_: NoParams, context: ToolContext): Promise<ToolResult> {
    const { config } = this.config;
    const { allowAny, agents } = spawnableAgents(config, context.agentId);
    const rows = agents.map((id) => {
      const entry = findAgent(config, id);
      const name = entry?.name ?? entry?.identity?.name;
      return { id, ...(name ? { name } : {}), configured: entry !== undefined };
    });
    const text = rows
      .map((row) => `${row.id}${row.name ? ` (${row.name})` : ''}${row.configured ? '' : ' – not configured'}`)
      .join('\n');
    return Promise.resolve(textResult(text, { requester: context.agentId, allowAny, agents: rows }));
  }
}
