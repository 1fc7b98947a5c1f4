import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { isPlainObject } from '../common/plain-object';
import { agentEntries, defaultAgentId, findAgent, normaliseAgentId } from '../config/agent-entries';
import type { ConfigEdit } from '../config/apply-edits';
import { refusals } from '../config/config-refusal';
import { ConfigService } from '../config/config.service';
import { expandPath } from '../config/state-paths';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { WorkspaceService } from '../workspace/workspace.service';
import { AgentsCreateParams, AgentsDeleteParams, AgentsUpdateParams } from './agents.dto';
import { agentOfSession } from '../sessions/session-key';
import { ModelRegistry } from './providers/model-registry.service';
import { LaneService } from './turns/lane.service';

type Fields = Omit<AgentsUpdateParams, 'agentId'> & Pick<AgentsCreateParams, 'agentDir'>;

/** Makes, changes and removes agents in the configuration file. */
@Injectable()
export class AgentsEditRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly models: ModelRegistry,
    private readonly workspaces: WorkspaceService,
    private readonly lanes: LaneService,
  ) {}

  @RpcMethod({
    name: 'agents.create',
    scope: 'operator.admin',
    params: AgentsCreateParams,
    summary: 'Makes an agent with a workspace of its own.',
  })
  async create(params: AgentsCreateParams): Promise<unknown> {
    const agentId = normaliseAgentId(params.name);
    if (findAgent(this.config.config, agentId) || agentId === 'main')
      throw invalidRequest(
        `invalid agents.create params: there is an agent "${agentId}" already; name: choose another`,
      );
    const fields = { name: params.name, ...this.checked(params) };
    const entry = { id: agentId, ...fields };
    const { list, entries } = this.roster();
    const isListed = list.length > 0;
    const { bindings = [] } = params;
    await this.edit([
      entries && !isListed
        ? { path: ['agents', 'entries', agentId], value: fields }
        : isListed
          ? { path: ['agents', 'list', list.length], value: entry }
          : // The agent that is there without being listed stays the default one.
            { path: ['agents', 'list'], value: [{ id: defaultAgentId(this.config.config), default: true }, entry] },
      ...(bindings.length > 0
        ? [
            {
              path: ['bindings'],
              // What is written down first decides.
              value: [...bindings.map((match) => ({ agentId, match })), ...this.stored('bindings')],
            },
          ]
        : []),
    ]);
    this.workspaces.ensureAll();
    return {
      ok: true,
      agentId,
      name: params.name,
      workspace: this.workspaces.pathOf(agentId),
      ...(bindings.length > 0 ? { bindings } : {}),
      ...(params.model === undefined ? {} : { model: params.model }),
    };
  }

  @RpcMethod({
    name: 'agents.update',
    scope: 'operator.admin',
    params: AgentsUpdateParams,
    summary: 'Changes name, workspace, model or looks of an agent.',
  })
  async update({ agentId: given, ...fields }: AgentsUpdateParams): Promise<unknown> {
    const agentId = this.known(given);
    const stored = this.placeOf(agentId);
    const { identity, ...plain } = this.checked(fields);
    const values: Record<string, unknown> = {
      ...(fields.name === undefined ? {} : { name: fields.name }),
      ...plain,
    };
    if (!stored) {
      const entry = { id: agentId, default: true, ...values, ...(identity ? { identity } : {}) };
      await this.edit([{ path: ['agents', 'list'], value: [entry] }]);
    } else {
      const { at, entry } = stored;
      await this.edit([
        ...Object.entries(values).map(([key, value]): ConfigEdit => ({ path: [...at, key], value })),
        ...Object.entries(identity ?? {}).map(([key, value]): ConfigEdit => ({
          path: [...at, 'identity', key],
          value,
        })),
        ...(fields.model === null && entry['model'] !== undefined
          ? [{ path: [...at, 'model'], unset: true as const }]
          : []),
      ]);
    }
    this.workspaces.ensureAll();
    return { ok: true, agentId };
  }

  @RpcMethod({
    name: 'agents.delete',
    scope: 'operator.admin',
    params: AgentsDeleteParams,
    summary: 'Removes an agent and what leads to it; its conversations stay.',
  })
  async delete({ agentId: given, deleteFiles = true }: AgentsDeleteParams): Promise<unknown> {
    const agentId = this.known(given);
    if (agentId === defaultAgentId(this.config.config))
      throw invalidRequest(
        `agent "${agentId}" is the default one and can't be deleted; make another the default first`,
      );
    const busy = this.lanes.workingSessions().filter((key) => agentOfSession(this.config.config, key) === agentId);
    if (busy.length > 0)
      throw invalidRequest(
        `agent "${agentId}" is at work in ${busy.join(', ')}; stop it with chat.abort, or wait until it is done`,
        { details: { code: 'AGENT_BUSY', sessionKeys: busy } },
      );
    const workspace = this.workspaces.pathOf(agentId);
    const isOurs = workspace === join(this.config.stateDir, `workspace-${agentId}`);
    const bindings = this.stored('bindings');
    const kept = bindings.filter(
      (entry) => !isPlainObject(entry) || normaliseAgentId(String(entry['agentId'])) !== agentId,
    );
    const stored = this.placeOf(agentId);
    await this.edit([
      ...(stored ? [{ path: stored.at, unset: true as const }] : []),
      ...(kept.length < bindings.length ? [{ path: ['bindings'], value: kept }] : []),
    ]);
    const archived = deleteFiles && isOurs ? this.archive(agentId, workspace) : undefined;
    return {
      ok: true,
      agentId,
      removedBindings: bindings.length - kept.length,
      ...(archived === undefined ? {} : { archived }),
    };
  }

  private archive(agentId: string, workspace: string): string | undefined {
    if (!existsSync(workspace)) return undefined;
    const stamp = new Date().toISOString().replace(/[:.]/g, '-');
    const target = join(this.config.stateDir, 'archive', `workspace-${agentId}-${stamp}`);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    renameSync(workspace, target);
    return target;
  }

  /** What the file would say of these fields. @throws RpcError naming a field that can't be */
  private checked({ workspace, model, emoji, avatar, theme, agentDir }: Fields): {
    workspace?: string;
    model?: string;
    agentDir?: string;
    identity?: { emoji?: string; avatar?: string; theme?: string };
  } {
    if (typeof model === 'string') {
      try {
        this.models.lookup(model);
      } catch (error) {
        throw invalidRequest(`invalid params: model: ${(error as Error).message}`);
      }
    }
    for (const [name, path] of Object.entries({ workspace, agentDir }))
      if (path !== undefined && !isAbsolute(path) && !path.startsWith('~'))
        throw invalidRequest(`invalid params: ${name} must be an absolute path or begin with ~, got "${path}"`);
    const folder = agentDir === undefined ? undefined : expandPath(agentDir);
    const other = folder && agentEntries(this.config.config).find((agent) => sameFolder(agent.agentDir, folder));
    if (other)
      throw invalidRequest(
        `invalid params: agentDir "${agentDir}" is that of agent "${other.id}"; two agents may not share one`,
      );
    const identity = {
      ...(emoji === undefined ? {} : { emoji }),
      ...(avatar === undefined ? {} : { avatar }),
      ...(theme === undefined ? {} : { theme }),
    };
    return {
      ...(workspace === undefined ? {} : { workspace: expandPath(workspace) }),
      ...(folder === undefined ? {} : { agentDir: folder }),
      ...(typeof model === 'string' ? { model } : {}),
      ...(Object.keys(identity).length > 0 ? { identity } : {}),
    };
  }

  private known(given: string): string {
    const agentId = normaliseAgentId(given);
    if (!findAgent(this.config.config, agentId))
      throw invalidRequest(`there is no agent "${given}"; agents.list names them`, {
        details: { code: 'AGENT_NOT_FOUND' },
      });
    return agentId;
  }

  /** Agents as the file has them. */
  private roster(): { list: unknown[]; entries?: Record<string, unknown> } {
    const { agents } = this.config.peek().parsed as { agents?: { list?: unknown; entries?: unknown } };
    return {
      list: Array.isArray(agents?.list) ? agents.list : [],
      ...(isPlainObject(agents?.entries) ? { entries: agents.entries } : {}),
    };
  }

  /** Where the file has an agent, in either spelling. */
  private placeOf(agentId: string): { at: (string | number)[]; entry: Record<string, unknown> } | undefined {
    const { list, entries = {} } = this.roster();
    for (const [id, entry] of Object.entries(entries))
      if (normaliseAgentId(id) === agentId && isPlainObject(entry)) return { at: ['agents', 'entries', id], entry };
    for (const [index, entry] of list.entries())
      if (isPlainObject(entry) && normaliseAgentId(String(entry['id'])) === agentId)
        return { at: ['agents', 'list', index], entry };
    return undefined;
  }

  private stored(section: string): unknown[] {
    const value = this.config.peek().parsed[section];
    return Array.isArray(value) ? value : [];
  }

  private async edit(edits: readonly ConfigEdit[]): Promise<void> {
    await refusals(() => this.config.edit(edits));
  }
}

const sameFolder = (configured: string | undefined, folder: string): boolean =>
  configured !== undefined && expandPath(configured) === folder;
