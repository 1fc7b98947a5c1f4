import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import type { RpcContext } from '../../rpc/rpc-context';
import { RpcMethod } from '../../rpc/rpc-method';
import { canonicalSessionKey } from '../../sessions/session-key';
import { TranscriptSearch } from '../../sessions/transcript-search';
import { SessionFollowParams, SessionsSearchParams } from './sessions.dto';

const DEFAULT_FOUND = 30;

/** What a client that shows conversations needs beside the conversations themselves. */
@Injectable()
export class SessionFollowRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly transcripts: TranscriptSearch,
  ) {}

  @RpcMethod({
    name: 'sessions.messages.subscribe',
    scope: 'operator.read',
    params: SessionFollowParams,
    unlisted: true,
    summary:
      'A client with the capability `delta-only` gets what streams in this session, in pieces, until it ends that.',
  })
  subscribe({ key, agentId }: SessionFollowParams, { caller }: RpcContext): unknown {
    const sessionKey = canonicalSessionKey(this.config.config, key, agentId);
    caller.follows.add(sessionKey);
    return { subscribed: true, key: sessionKey };
  }

  @RpcMethod({
    name: 'sessions.messages.unsubscribe',
    scope: 'operator.read',
    params: SessionFollowParams,
    unlisted: true,
    summary: 'Ends what `sessions.messages.subscribe` began.',
  })
  unsubscribe({ key, agentId }: SessionFollowParams, { caller }: RpcContext): unknown {
    const sessionKey = canonicalSessionKey(this.config.config, key, agentId);
    caller.follows.delete(sessionKey);
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
    return { results: await this.transcripts.messages([query.trim()], limit ?? DEFAULT_FOUND) };
  }
}
