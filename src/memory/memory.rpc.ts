import { Injectable } from '@nestjs/common';
import { Bool, Doc, Int, Opt, Text } from '../common/validation/fields';
import { defaultAgentId, findAgent } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { RpcMethod } from '../rpc/rpc-method';
import { WorkspaceService } from '../workspace/workspace.service';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { invalidRequest } from '../rpc/rpc-error';
import { isMemoryPath, readMemoryFile } from './memory-files';
import { MemoryReview } from './memory-review.service';
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

export class MemoryDecisionParams {
  @Text() @Doc('Relative to the workspace.') path!: string;
  @Text({ max: 64 }) @Doc('Of the text that was seen, as memory.review gives it.') hash!: string;
  @Opt() @Text() agentId?: string;
}

export class DoctorMemoryParams extends MemoryAgentParams {
  @Opt() @Bool() @Doc('Asks the service for a vector.') probe?: boolean;
  @Opt() @Bool() @Doc('The same.') deep?: boolean;
}

export class MemoryGetRpcParams extends MemoryAgentParams {
  @Text({ max: 500 }) @Doc('MEMORY.md or a file below memory/.') path!: string;
  @Opt() @Int({ min: 1 }) @Doc('First line, counted from 1.') from?: number;
  @Opt() @Int({ min: 1 }) @Doc('Most lines.') lines?: number;
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
    private readonly reviews: MemoryReview,
  ) {}

  @RpcMethod({
    name: 'memory.review',
    scope: 'operator.read',
    params: MemoryAgentParams,
    unlisted: true,
    summary: 'Files that were written with text of others in view and wait for the owner.',
  })
  async review({ agentId }: MemoryAgentParams): Promise<unknown> {
    return { files: await this.reviews.list(this.known(agentId)) };
  }

  @RpcMethod({
    name: 'memory.review.accept',
    scope: 'operator.admin',
    params: MemoryDecisionParams,
    unlisted: true,
    summary: 'Trusts such a file as it was seen.',
  })
  async accept({ path, hash, agentId }: MemoryDecisionParams): Promise<{ ok: true }> {
    await this.decided(() => this.reviews.accept(this.known(agentId), path, hash));
    return { ok: true };
  }

  @RpcMethod({
    name: 'memory.review.reject',
    scope: 'operator.admin',
    params: MemoryDecisionParams,
    unlisted: true,
    summary: 'Puts such a file back as it was before; one that is new goes.',
  })
  async reject({ path, hash, agentId }: MemoryDecisionParams): Promise<{ ok: true }> {
    await this.decided(() => this.reviews.reject(this.known(agentId), path, hash));
    return { ok: true };
  }

  private async decided(decide: () => Promise<void>): Promise<void> {
    try {
      await decide();
    } catch (error) {
      if (error instanceof OpenclawError) throw invalidRequest(error.message);
      throw error;
    }
  }

  @RpcMethod({
    name: 'memory.search',
    scope: 'operator.read',
    params: MemorySearchRpcParams,
    unlisted: true,
    summary: 'Searches what an agent has written down.',
  })
  async search({ query, agentId, maxResults }: MemorySearchRpcParams): Promise<unknown> {
    const agent = this.known(agentId);
    const { hits, ...facts } = await this.memory.search(
      agent,
      this.workspaces.pathOf(agent),
      query,
      maxResults ?? DEFAULT_RESULTS,
    );
    return { agentId: agent, results: hits, ...facts };
  }

  @RpcMethod({
    name: 'memory.status',
    scope: 'operator.read',
    params: MemoryAgentParams,
    unlisted: true,
    summary: 'Files, chunks and vectors of the memory index.',
  })
  status({ agentId }: MemoryAgentParams): Promise<unknown> {
    return this.memory.status(this.known(agentId));
  }

  @RpcMethod({
    name: 'doctor.memory.status',
    scope: 'operator.read',
    params: DoctorMemoryParams,
    summary: 'Whether notes are found by meaning, or why by their words alone.',
  })
  async doctor({ agentId, probe, deep }: DoctorMemoryParams): Promise<unknown> {
    const agent = this.known(agentId);
    const { provider } = await this.memory.status(agent);
    const error = await this.memory.embeddingFault(agent, probe === true || deep === true);
    return {
      agentId: agent,
      provider,
      embedding: { ok: error === undefined, ...(error === undefined ? {} : { error }) },
    };
  }

  @RpcMethod({
    name: 'memory.index',
    scope: 'operator.admin',
    params: MemoryIndexParams,
    unlisted: true,
    summary: 'Brings the memory index up to date, or builds it again.',
  })
  async index({ agentId, force }: MemoryIndexParams): Promise<unknown> {
    const agent = this.known(agentId);
    await this.memory.update(agent, undefined, force === true);
    return this.memory.status(agent);
  }

  @RpcMethod({
    name: 'memory.get',
    scope: 'operator.read',
    params: MemoryGetRpcParams,
    unlisted: true,
    summary: 'Lines of a file that the assistant remembers by.',
  })
  async get({ path, agentId, from = 1, lines }: MemoryGetRpcParams): Promise<unknown> {
    const agent = this.known(agentId);
    if (!isMemoryPath(path))
      throw invalidRequest(`path: "${path}" is no memory file; MEMORY.md and the files below memory/ are`);
    const { text } = await readMemoryFile(this.workspaces.pathOf(agent), path).catch((error: unknown) => {
      throw invalidRequest(`path: ${messageOf(error)}`);
    });
    const all = text.split('\n');
    const wanted = all.slice(from - 1, lines === undefined ? undefined : from - 1 + lines);
    return { agentId: agent, path, from, lines: wanted.length, total: all.length, text: wanted.join('\n') };
  }

  @RpcMethod({
    name: 'memory.reset',
    scope: 'operator.admin',
    params: MemoryAgentParams,
    unlisted: true,
    summary: 'Forgets the memory index, vectors included; the files stay, and the next search reads them again.',
  })
  async reset({ agentId }: MemoryAgentParams): Promise<{ ok: true; agentId: string; chunks: number }> {
    const agent = this.known(agentId);
    return { ok: true, agentId: agent, chunks: await this.memory.reset(agent) };
  }

  /** @throws RpcError INVALID_REQUEST */
  private known(agentId: string | undefined): string {
    const agent = agentId ?? defaultAgentId(this.config.config);
    if (findAgent(this.config.config, agent)) return agent;
    throw invalidRequest(`unknown agent id "${agent}"`, { details: { code: 'UNKNOWN_AGENT_ID' } });
  }
}
