import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../../common/content-parts';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { agentOfSession } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { type AssistantMessage, NO_USAGE } from '../../sessions/transcript-event';
import { TranscriptStore } from '../../sessions/transcript.store';
import { DatabaseService } from '../../storage/database.service';

/** Provider and model under which texts of the gateway itself are kept. */
const GATEWAY_AUTHOR = { api: 'openai-responses', provider: 'openclaw', model: 'gateway-injected' } as const;

/** Texts of the gateway itself, shown to clients as answers. */
@Injectable()
export class DirectAnswerService {
  constructor(
    private readonly database: DatabaseService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly config: ConfigService,
    private readonly events: EventBus,
  ) {}

  /** Adds an assistant message without a run. Returns its id; undefined where there is no such session. */
  async inject(
    sessionKey: string,
    spelledKey: string,
    text: string,
    { label, origin }: { label?: string | undefined; origin?: ContentOrigin } = {},
  ): Promise<string | undefined> {
    const message: AssistantMessage = { ...gatewayMessage(text, 'injected', origin), ...(label ? { label } : {}) };
    const added = await this.database.write('transcript.inject', async (transaction) => {
      const session = await this.sessions.findIn(transaction, sessionKey);
      if (!session) return undefined;
      const events = [{ runId: null, at: Date.now(), message }];
      return {
        sessionId: session.sessionId,
        events: await this.transcripts.appendIn(transaction, session.sessionId, events),
      };
    });
    if (!added) return undefined;
    this.transcripts.committed(added.sessionId, added.events);
    const id = added.events[0]?.id ?? '';
    this.announce(`inject-${id}`, sessionKey, spelledKey, agentOfSession(this.config.config, sessionKey), message);
    return id;
  }

  /** Tells clients of a message that stands in the history. */
  announce(runId: string, sessionKey: string, spelledKey: string, agentId: string, message: AssistantMessage): void {
    const shared = { runId, seq: 1, state: 'final', message: { ...message, timestamp: Date.now() } };
    this.events.emit('wire.event', {
      event: 'chat',
      payload: { ...shared, sessionKey, agentId },
      payloadV3: { ...shared, sessionKey: spelledKey },
    });
  }
}

/** A text of the gateway as the history keeps it. */
export function gatewayMessage(
  text: string,
  stopReason: 'stop' | 'injected',
  origin: ContentOrigin = 'gateway',
): AssistantMessage {
  return {
    role: 'assistant',
    content: [{ type: 'text', text, origin }],
    ...GATEWAY_AUTHOR,
    usage: NO_USAGE,
    stopReason,
  };
}
