import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { InboxService } from '../../inbox/inbox.service';
import { isSandboxed } from '../../sessions/sandbox-mode';
import { agentOfSession, isSubagentKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { trustOf } from '../../tools/provenance/taint';
import { originsOf } from '../../sessions/said-texts';
import { ModelRegistry } from '../providers/model-registry.service';
import { TokenGauges } from '../prompt/token-gauge.service';
import { ContextHistory } from './context-history.service';
import { reserveOf } from './reserve';

const DEFAULT_SOFT_TOKENS = 4000;
/** In a small window the notes would else be asked for after each turn. */
const MOST_SOFT_SHARE = 0.1;
/** System prompt and tools of an ordinary request. */
const PROMPT_TOKENS = 3500;
const DEFAULT_PROMPT =
  'This conversation will be summed up soon. Write what should last and is not written down yet into MEMORY.md, or into memory/<today as YYYY-MM-DD>.md what belongs to the day; add to these files, replace nothing. Then answer NO_REPLY. If there is nothing, answer NO_REPLY.';

/**
 * Before the beginning of a conversation is summed up, the assistant gets one turn to write down what should last.
 * It is an inbox row named after the state of the conversation, so it happens once for each summary.
 */
@Injectable()
export class MemoryFlush {
  private readonly log: Logger;

  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly context: ContextHistory,
    private readonly models: ModelRegistry,
    private readonly gauges: TokenGauges,
    private readonly inbox: InboxService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('agent/memory');
  }

  listen(): void {
    this.events.on('turn.closed', ({ sessionKey, outcome, size }) => {
      // Most turns are far from the limit, which is to cost nothing.
      if (outcome !== 'reply' || (size && size.tokens + PROMPT_TOKENS < this.limitOf(size.window))) return;
      this.consider(sessionKey).catch((error: unknown) =>
        this.log.warn({ error, session: sessionKey }, 'notes before a summary were not asked for'),
      );
    });
  }

  private get settings() {
    return this.config.config.agents?.defaults?.compaction?.memoryFlush;
  }

  /** Tokens from which on notes are asked for. */
  private limitOf(window: number): number {
    const soft = Math.min(this.settings?.softThresholdTokens ?? DEFAULT_SOFT_TOKENS, window * MOST_SOFT_SHARE);
    return window - reserveOf(this.config.config, window) - soft;
  }

  private async consider(sessionKey: string): Promise<void> {
    const { config } = this.config;
    const { settings } = this;
    if (settings?.enabled === false || isSubagentKey(sessionKey)) return;
    const agentId = agentOfSession(config, sessionKey);
    const session = await this.sessions.find(sessionKey);
    if (!session || isSandboxed(config, agentId, sessionKey)) return;
    const { info } = this.models.resolve(agentId, session.modelOverride);
    if (info.api === 'offline') return;
    const gauge = this.gauges.of(info);
    const limit = this.limitOf(gauge.window);
    const { messages, compaction } = await this.context.of(session.sessionId);
    // What the last request really had, or what the next one will have.
    if (Math.max(session.totalTokens ?? 0, gauge.messages(messages) + PROMPT_TOKENS) < limit) return;
    // Notes from a conversation with strangers' text in it would have to be asked for; nobody is there to answer.
    if (trustOf(originsOf(messages)) === 'untrusted') return;
    await this.inbox.accept({
      channel: 'internal',
      account: 'default',
      externalId: `flush:${session.sessionId}:${compaction?.throughSeq ?? 0}`,
      sessionKey,
      runId: `flush:${session.sessionId}:${compaction?.throughSeq ?? 0}`,
      message: {
        text: `[from the gateway] ${settings?.prompt ?? DEFAULT_PROMPT}`,
        isOwner: true,
        origin: 'gateway',
        isSystemEvent: true,
        ...(settings?.systemPrompt ? { extraSystemPrompt: settings.systemPrompt } : {}),
      },
    });
  }
}
