import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import type { RpcContext } from '../../rpc/rpc-context';
import { RpcMethod } from '../../rpc/rpc-method';
import { canonicalSessionKey } from '../../sessions/session-key';
import { isWrittenBy } from '../chat/agent-intake.service';
import { SessionBranches } from './session-branches.service';
import { SessionRows } from './session-rows.service';
import {
  SessionKeyParams,
  SessionsBranchesSwitchParams,
  SessionsForkParams,
  SessionsRewindParams,
} from './sessions.dto';

/** Going back in a conversation, and going on from there. `chat.send` with `insteadOf` says something at once. */
@Injectable()
export class SessionBranchesRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly branches: SessionBranches,
    private readonly rows: SessionRows,
  ) {}

  @RpcMethod({
    name: 'sessions.fork',
    scope: 'operator.write',
    params: SessionsForkParams,
    unlisted: true,
    summary: 'Makes a session with the conversation of another one up to a message.',
  })
  async fork(params: SessionsForkParams): Promise<unknown> {
    const entry = await this.branches.fork(this.keyOf(params), params.messageId, params.newKey);
    return { ok: true, key: entry.key, sessionId: entry.sessionId, entry };
  }

  @RpcMethod({
    name: 'sessions.rewind',
    scope: 'operator.admin',
    params: SessionsRewindParams,
    unlisted: true,
    summary: 'Lets a conversation go on from before a message; what was said since stays as an earlier version.',
  })
  async rewind(params: SessionsRewindParams, { caller }: RpcContext): Promise<unknown> {
    const key = this.keyOf(params);
    const entry = await this.branches.rewind(key, params.messageId, (row) => isWrittenBy(caller, row), randomUUID());
    return { ok: true, key, sessionId: entry.sessionId, entry };
  }

  @RpcMethod({
    name: 'sessions.branches.list',
    scope: 'operator.read',
    params: SessionKeyParams,
    unlisted: true,
    summary: 'Earlier versions of a conversation, newest first.',
  })
  async list(params: SessionKeyParams): Promise<unknown> {
    const key = this.keyOf(params);
    return { key, branches: (await this.branches.list(key)).map((entry) => this.rows.row(entry)) };
  }

  @RpcMethod({
    name: 'sessions.branches.switch',
    scope: 'operator.admin',
    params: SessionsBranchesSwitchParams,
    unlisted: true,
    summary: 'Lets an earlier version of a conversation go on; the one so far takes its place.',
  })
  async switch(params: SessionsBranchesSwitchParams, { caller }: RpcContext): Promise<unknown> {
    const key = this.keyOf(params);
    const branchKey = canonicalSessionKey(this.config.config, params.branchKey, params.agentId);
    const entry = await this.branches.switch(key, branchKey, (row) => isWrittenBy(caller, row));
    return { ok: true, key, sessionId: entry.sessionId, entry };
  }

  private keyOf({ key, agentId }: SessionKeyParams): string {
    return canonicalSessionKey(this.config.config, key, agentId);
  }
}
