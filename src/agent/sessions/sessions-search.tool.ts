import { Injectable } from '@nestjs/common';
import type { TextPart } from '../../common/content-parts';
import { zonedTime } from '../../common/zoned-time';
import { Doc, Int, Opt, Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { userTimeZone } from '../../config/user-zone';
import { SessionStore } from '../../sessions/session.store';
import { type FoundMessage, TranscriptSearch } from '../../sessions/transcript-search';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../../tools/agent-tool';
import { Leaves } from '../../tools/provenance/sinks';
import { worstOrigin } from '../../tools/provenance/taint';
import { SessionOrigins } from '../context/session-origins.service';
import { hiddenReason } from './session-visibility';

const DEFAULT_LIMIT = 10;

@Leaves<SessionsSearchParams>({ query: 'none', limit: 'none' })
export class SessionsSearchParams {
  @Text({ max: 200 }) @Doc('Words that all stand in the message, in any order.') query!: string;
  @Opt() @Int({ min: 1, max: 50 }) @Doc(`Most messages, ${DEFAULT_LIMIT} by default.`) limit?: number;
}

/** Looks for words in all that was said in the conversations that a turn may see. */
@Injectable()
@AgentTool({
  name: 'sessions_search',
  description:
    'Find what was said before, in this and all other conversations, ended ones too: messages in which words stand.',
  params: SessionsSearchParams,
  paramAliases: { q: 'query', words: 'query' },
  idempotent: true,
  parallel: true,
  core: false,
  rare: 'search everything that was ever said',
  origin: 'gateway',
})
export class SessionsSearchTool {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly search: TranscriptSearch,
    private readonly origins: SessionOrigins,
  ) {}

  async execute({ query, limit = DEFAULT_LIMIT }: SessionsSearchParams, context: ToolContext): Promise<ToolResult> {
    const words = query.split(/\s+/).filter((word) => word !== '');
    if (words.length === 0) throw new ToolError('invalid_args', 'query must have a word in it');
    const found = await this.search.messages(words, limit, (key) => this.isVisible(key, context), 'all', true);
    if (found.length === 0)
      return textResult(
        `Nothing was said with ${words.length === 1 ? `"${query.trim()}"` : 'all of these words'} in it. Try another or fewer words, or another language.`,
        { results: [] },
      );
    const zone = userTimeZone(this.config.config);
    const byConversation = new Map<string, FoundMessage[]>();
    for (const each of found) byConversation.set(each.sessionId, [...(byConversation.get(each.sessionId) ?? []), each]);
    const content: TextPart[] = [];
    for (const [sessionId, messages] of byConversation) {
      const lines = messages.map(({ at, role, snippet }) => `- ${zonedTime(at, zone)} ${role}: ${snippet}`);
      const [{ sessionKey, hasEnded } = { sessionKey: sessionId, hasEnded: true }] = messages;
      content.push({
        type: 'text',
        text: [`${sessionKey}${hasEnded ? ' (an earlier conversation, which has ended)' : ''}:`, ...lines].join('\n'),
        origin: worstOrigin(await this.origins.of(sessionId)),
      });
    }
    content.push({
      type: 'text',
      text: 'sessions_history shows more of a conversation that has not ended.',
      origin: 'gateway',
    });
    return { content, details: { results: found } };
  }

  private async isVisible(key: string, context: ToolContext): Promise<boolean> {
    const session = await this.sessions.find(key);
    return session !== undefined && hiddenReason(this.config.config, session, context) === undefined;
  }
}
