import { Injectable } from '@nestjs/common';
import { Bool, Doc, Opt, Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { isSandboxed, sandboxScope, workspaceAccess } from '../../sessions/sandbox-mode';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { SessionFolders } from '../../workspace/session-folder.service';
import { BubblewrapDriver } from './bubblewrap.driver';
import { SessionRooms } from './session-room.service';

export class SandboxExplainParams {
  @Opt() @Text({ max: 512 }) @Doc('Conversation; main by default.') sessionKey?: string;
  @Opt() @Text({ max: 100 }) agentId?: string;
}

export class SandboxRecreateParams {
  @Opt() @Text({ max: 512 }) @Doc('Conversation whose room is made again.') sessionKey?: string;
  @Opt() @Bool() @Doc('The rooms of all conversations.') all?: boolean;
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
  async recreate({ sessionKey, all }: SandboxRecreateParams): Promise<{ ok: true; removed: string[] }> {
    if ((sessionKey === undefined) === (all !== true))
      throw invalidRequest('invalid sandbox.recreate params: one of sessionKey and all is needed');
    const rooms = await this.rooms.all();
    const wanted = sessionKey === undefined ? undefined : await this.idOf(sessionKey);
    const removed = rooms.map(({ sessionId }) => sessionId).filter((id) => wanted === undefined || id === wanted);
    for (const sessionId of removed) await this.rooms.remove(sessionId);
    return { ok: true, removed };
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
