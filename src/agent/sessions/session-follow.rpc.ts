import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import type { RpcContext } from '../../rpc/rpc-context';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import { type SessionQuery, SessionStore } from '../../sessions/session.store';
import { TranscriptSearch } from '../../sessions/transcript-search';
import { SessionFeed } from './session-feed.service';
import { type SessionRow, SessionRows } from './session-rows.service';
import { SessionFollowParams, SessionsSearchParams, SessionsSubscribeParams } from './sessions.dto';
import { SessionsRpc } from './sessions.rpc';

const DEFAULT_FOUND = 30;

/** What a client that shows conversations needs beside the conversations themselves. */
@Injectable()
export class SessionFollowRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly transcripts: TranscriptSearch,
    private readonly feed: SessionFeed,
    private readonly sessions: SessionsRpc,
    private readonly store: SessionStore,
    private readonly rows: SessionRows,
  ) {}

  @RpcMethod({
    name: 'sessions.subscribe',
    scope: 'operator.read',
    params: SessionsSubscribeParams,
    summary:
      'From now on `sessions.changed` says what lists show of the session, and new messages of all of them come as `session.message`; with parameters the list comes along.',
  })
  async watch(params: SessionsSubscribeParams, context: RpcContext): Promise<unknown> {
    // Before the list is read, so that nothing falls in between.
    this.feed.watch(context);
    const wantsList = Object.keys(params).length > 0;
    return { subscribed: true, ...(wantsList ? { list: await this.sessions.list(params) } : {}) };
  }

  @RpcMethod({
    name: 'sessions.unsubscribe',
    scope: 'operator.read',
    summary: 'Ends what `sessions.subscribe` began.',
  })
  unwatch(_: unknown, context: RpcContext): unknown {
    this.feed.unwatch(context);
    return { subscribed: false };
  }

  @RpcMethod({
    name: 'sessions.messages.subscribe',
    scope: 'operator.read',
    params: SessionFollowParams,
    summary:
      'New messages of this session come as `session.message`, its tools as `session.tool`; a client with the capability `delta-only` gets what streams in it, in pieces.',
  })
  subscribe({ key, agentId }: SessionFollowParams, context: RpcContext): unknown {
    const sessionKey = canonicalSessionKey(this.config.config, key, agentId);
    this.feed.follow(sessionKey, context);
    return { subscribed: true, key: sessionKey };
  }

  @RpcMethod({
    name: 'sessions.messages.unsubscribe',
    scope: 'operator.read',
    params: SessionFollowParams,
    summary: 'Ends what `sessions.messages.subscribe` began.',
  })
  unsubscribe({ key, agentId }: SessionFollowParams, context: RpcContext): unknown {
    const sessionKey = canonicalSessionKey(this.config.config, key, agentId);
    this.feed.unfollow(sessionKey, context);
    return { subscribed: false, key: sessionKey };
  }

  @RpcMethod({
    name: 'sessions.search',
    scope: 'operator.read',
    params: SessionsSearchParams,
    unlisted: true,
    summary: 'Messages in which words stand, newest first; `chat.history` with `around` shows what is beside one.',
  })
  async search({ query, limit, agentId, sessionKeys, scope }: SessionsSearchParams): Promise<unknown> {
    if (scope && (agentId !== undefined || sessionKeys !== undefined))
      throw invalidRequest('invalid sessions.search params: scope can stand beside neither agentId nor sessionKeys');
    const { config } = this.config;
    const keys = sessionKeys && new Set(sessionKeys.map((key) => canonicalSessionKey(config, key, agentId)));
    const asked = scope && (await this.sessions.asked(scope));
    const isMeant = async (key: string): Promise<boolean> =>
      asked
        ? (await this.rowsOf(asked, [key])).length > 0
        : (agentId === undefined || agentOfSession(config, key) === agentId) && (!keys || keys.has(key));
    const found = await this.transcripts.messages([query.trim()], limit ?? DEFAULT_FOUND, isMeant);
    const results = found.map((message) => ({ ...message, timestamp: message.at }));
    if (!asked) return { results };
    return { results, sessions: await this.rowsOf(asked, [...new Set(found.map(({ sessionKey }) => sessionKey))]) };
  }

  private async rowsOf(asked: SessionQuery, keys: readonly string[]): Promise<SessionRow[]> {
    const wanted = asked.keys ? keys.filter((key) => asked.keys?.includes(key)) : keys;
    if (wanted.length === 0) return [];
    return (await this.store.page({ ...asked, keys: wanted })).entries.map((entry) => this.rows.row(entry));
  }
}
