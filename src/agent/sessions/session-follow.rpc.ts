import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import type { RpcContext } from '../../rpc/rpc-context';
import { RpcMethod } from '../../rpc/rpc-method';
import { canonicalSessionKey } from '../../sessions/session-key';
import { TranscriptSearch } from '../../sessions/transcript-search';
import { SessionFeed } from './session-feed.service';
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
  ) {}

  @RpcMethod({
    name: 'sessions.subscribe',
    scope: 'operator.read',
    params: SessionsSubscribeParams,
    summary:
      'From now on `sessions.changed` says what lists show of the session; with parameters the list comes along.',
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
  async search({ query, limit }: SessionsSearchParams): Promise<unknown> {
    const found = await this.transcripts.messages([query.trim()], limit ?? DEFAULT_FOUND);
    return { results: found.map((message) => ({ ...message, timestamp: message.at })) };
  }
}
