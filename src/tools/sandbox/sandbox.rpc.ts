import { Injectable } from '@nestjs/common';
import { Bool, Doc, Opt, Text } from '../../common/validation/fields';
import { findAgent } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { isSandboxed, sandboxScope, workspaceAccess } from '../../sessions/sandbox-mode';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { SessionFolders } from '../../workspace/session-folder.service';
import { BrowserService } from '../browser/browser.service';
import { BubblewrapDriver } from './bubblewrap.driver';
import { SessionRooms } from './session-room.service';

export class SandboxExplainParams {
  @Opt() @Text({ max: 512 }) @Doc('Conversation; main by default.') sessionKey?: string;
  @Opt() @Text({ max: 100 }) agentId?: string;
}

export class SandboxRecreateParams {
  @Opt() @Text({ max: 512 }) @Doc('Conversation whose room is made again.') sessionKey?: string;
  @Opt() @Text({ max: 100 }) @Doc('The rooms of all conversations of this agent.') agentId?: string;
  @Opt() @Bool() @Doc('The rooms of all conversations.') all?: boolean;
  @Opt() @Bool() @Doc('Their browsers instead: they are closed, with what they know.') browser?: boolean;
}

/** A room that commands of a conversation share. */
export interface ListedRoom {
  /** Undefined where the conversation is no more. */
  sessionKey?: string;
  sessionId: string;
  lastUsedAt: number;
  /** Its network is kept open. */
  hasNetwork: boolean;
  /** Whose text may be in it. */
  origin: string;
}

/** Where commands run, and why there. */
@Injectable()
export class SandboxRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly rooms: SessionRooms,
    private readonly driver: BubblewrapDriver,
    private readonly folders: SessionFolders,
    private readonly browser: BrowserService,
  ) {}

  @RpcMethod({
    name: 'sandbox.list',
    scope: 'operator.read',
    unlisted: true,
    summary: 'Rooms of the sandbox: what commands of each conversation see as /tmp and as their home folder.',
  })
  async list(): Promise<{ rooms: ListedRoom[] }> {
    const rooms = await this.rooms.all();
    return {
      rooms: await Promise.all(
        rooms.map(async (room) => {
          const sessionKey = (await this.sessions.findBySessionId(room.sessionId))?.key;
          return { ...(sessionKey === undefined ? {} : { sessionKey }), ...room };
        }),
      ),
    };
  }

  @RpcMethod({
    name: 'sandbox.recreate',
    scope: 'operator.admin',
    params: SandboxRecreateParams,
    unlisted: true,
    summary: 'Removes rooms of the sandbox with all that is in them; the next command of a conversation has a new one.',
  })
  async recreate(params: SandboxRecreateParams): Promise<{ ok: true; removed: string[] }> {
    const { sessionKey, agentId, all, browser } = params;
    if ([sessionKey, agentId, all === true ? all : undefined].filter((each) => each !== undefined).length !== 1)
      throw invalidRequest('invalid sandbox.recreate params: one of sessionKey, agentId and all is needed');
    const there = browser ? this.browser.sandboxes() : (await this.rooms.all()).map(({ sessionId }) => sessionId);
    const removed = await this.among(there, params);
    for (const sessionId of removed)
      await (browser ? this.browser.stopSandbox(sessionId) : this.rooms.remove(sessionId));
    return { ok: true, removed };
  }

  /** Those that are meant. @throws RpcError INVALID_REQUEST */
  private async among(
    sessionIds: readonly string[],
    { sessionKey, agentId }: SandboxRecreateParams,
  ): Promise<string[]> {
    const { config } = this.config;
    if (sessionKey !== undefined) {
      const wanted = await this.idOf(sessionKey);
      return sessionIds.filter((id) => id === wanted);
    }
    if (agentId === undefined) return [...sessionIds];
    const agent = findAgent(config, agentId);
    if (!agent) throw invalidRequest(`unknown agent id "${agentId}"`, { details: { code: 'UNKNOWN_AGENT_ID' } });
    const found: string[] = [];
    for (const id of sessionIds) {
      const key = (await this.sessions.findBySessionId(id))?.key;
      if (key !== undefined && agentOfSession(config, key) === agent.id) found.push(id);
    }
    return found;
  }

  @RpcMethod({
    name: 'sandbox.explain',
    scope: 'operator.read',
    params: SandboxExplainParams,
    unlisted: true,
    summary:
      'Whether a conversation runs in the sandbox as a whole, what it may change there, and whether it works here.',
  })
  async explain({ sessionKey: spelled = 'main', agentId: wanted }: SandboxExplainParams): Promise<unknown> {
    const { config } = this.config;
    const sessionKey = canonicalSessionKey(config, spelled, wanted);
    const agentId = agentOfSession(config, sessionKey);
    const folder = this.folders.of(agentId, sessionKey, false);
    const reason = await this.driver.unusableReason();
    const entry = await this.sessions.find(sessionKey);
    return {
      sessionKey,
      agentId,
      sandboxed: isSandboxed(config, agentId, sessionKey),
      scope: sandboxScope(config, agentId),
      workspaceAccess: workspaceAccess(config, agentId),
      workspace: folder.path,
      readOnly: folder.readOnly,
      driver: this.driver.name,
      works: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
      commands: entry?.execHost ?? config.tools?.exec?.host ?? 'sandbox',
      network: entry?.execNetwork ?? 'none',
    };
  }

  /** @throws RpcError INVALID_REQUEST */
  private async idOf(spelled: string): Promise<string> {
    const entry = await this.sessions.find(canonicalSessionKey(this.config.config, spelled));
    if (!entry) throw invalidRequest(`unknown session key "${spelled}"`);
    return entry.sessionId;
  }
}
