import { Injectable } from '@nestjs/common';
import { Bool, Int, Opt, Text } from '../common/validation/fields';
import { defaultAgentId } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { RpcMethod } from '../rpc/rpc-method';
import { WorkspaceService } from '../workspace/workspace.service';
import { MemoryService } from './memory.service';

const DEFAULT_RESULTS = 6;

export class MemorySearchRpcParams {
  @Text({ max: 1000 }) query!: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Int({ min: 1, max: 50 }) maxResults?: number;
}

export class MemoryAgentParams {
  @Opt() @Text() agentId?: string;
}

export class MemoryIndexParams {
  @Opt() @Text() agentId?: string;
  @Opt() @Bool() force?: boolean;
}

@Injectable()
export class MemoryRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly memory: MemoryService,
    private readonly workspaces: WorkspaceService,
  ) {}

  @RpcMethod({
    name: 'memory.search',
    scope: 'operator.read',
    params: MemorySearchRpcParams,
    unlisted: true,
    summary: 'Searches what an agent has written down.',
  })
  async search({ query, agentId, maxResults }: MemorySearchRpcParams): Promise<unknown> {
    const agent = agentId ?? defaultAgentId(this.config.config);
    const { hits, ...facts } = await this.memory.search(
      agent,
      this.workspaces.pathOf(agent),
      query,
      maxResults ?? DEFAULT_RESULTS,
    );
    return { agentId: agent, results: hits.map(({ text, ...hit }) => ({ ...hit, snippet: text })), ...facts };
  }

  @RpcMethod({
    name: 'memory.status',
    scope: 'operator.read',
    params: MemoryAgentParams,
    unlisted: true,
    summary: 'Files, chunks and vectors of the memory index.',
  })
  status({ agentId }: MemoryAgentParams): Promise<unknown> {
    return this.memory.status(agentId ?? defaultAgentId(this.config.config));
  }

  @RpcMethod({
    name: 'memory.index',
    scope: 'operator.admin',
    params: MemoryIndexParams,
    unlisted: true,
    summary: 'Brings the memory index up to date, or makes it anew.',
  })
  async index({ agentId, force }: MemoryIndexParams): Promise<unknown> {
    const agent = agentId ?? defaultAgentId(this.config.config);
    await this.memory.update(agent, undefined, force === true);
    return this.memory.status(agent);
  }
}
