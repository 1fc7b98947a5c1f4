import { Injectable } from '@nestjs/common';
import { Bool, Doc, Int, Opt, Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { SessionStore } from '../../sessions/session.store';
import { TranscriptStore } from '../../sessions/transcript.store';
import { AgentTool, type ToolContext, type ToolResult, textResult } from '../../tools/agent-tool';
import { worstOrigin } from '../../tools/provenance/taint';
import { SessionOrigins } from '../context/session-origins.service';
import { findSession } from './find-session';
import { saidIn } from '../../sessions/said-texts';
import { plainMessages } from './plain-messages';
import { Leaves } from '../../tools/provenance/sinks';

const DEFAULT_LIMIT = 30;

@Leaves<SessionsHistoryParams>({ sessionKey: 'none', limit: 'none', includeTools: 'none' })
export class SessionsHistoryParams {
  @Text() @Doc('Key or id of the conversation.') sessionKey!: string;
  @Opt() @Int({ min: 1, max: 500 }) @Doc(`Most messages, ${DEFAULT_LIMIT} by default.`) limit?: number;
  @Opt() @Bool() @Doc('Also calls and results of tools.') includeTools?: boolean;
}

@Injectable()
@AgentTool({
  name: 'sessions_history',
  description: 'Read the last messages of another conversation.',
  params: SessionsHistoryParams,
  idempotent: true,
  parallel: true,
  core: true,
  rare: 'what was said in another conversation',
  origin: 'gateway',
})
export class SessionsHistoryTool {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly origins: SessionOrigins,
  ) {}

  async execute(params: SessionsHistoryParams, context: ToolContext): Promise<ToolResult> {
    const session = await findSession(this.config.config, this.sessions, params.sessionKey, context);
    const limit = params.limit ?? DEFAULT_LIMIT;
    const events = saidIn(await this.transcripts.readTail(session.sessionId, limit * 4));
    const messages = plainMessages(events, params.includeTools === true).slice(-limit);
    const text = messages.map((message) => `${message.toolName ?? message.role}: ${message.text}`).join('\n\n');
    return textResult(
      text || 'Nothing was said yet.',
      { sessionKey: session.key, messages },
      worstOrigin(await this.origins.of(session.sessionId, events)),
    );
  }
}
