import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { InboxService } from '../../inbox/inbox.service';
import { agentOfSession } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { type AssistantMessage, NO_USAGE, type TranscriptEvent } from '../../sessions/transcript-event';
import { TranscriptStore } from '../../sessions/transcript.store';
import { DatabaseService } from '../../storage/database.service';

/** Provider and model under which texts of the gateway itself are kept. */
const GATEWAY_AUTHOR = { api: 'openai-responses', provider: 'openclaw', model: 'gateway-injected' } as const;

export interface DirectAnswer {
  sessionKey: string;
  spelledKey: string;
  runId: string;
  question: string;
  answer: string;
}

/** Answers of the gateway itself: kept in the history, shown to clients, never sent to a model. */
@Injectable()
export class DirectAnswerService {
  constructor(
    private readonly database: DatabaseService,
    private readonly inbox: InboxService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly config: ConfigService,
    private readonly events: EventBus,
  ) {}

  /** Question and answer in one commit. A repeated run id changes nothing. */
  async answer(direct: DirectAnswer): Promise<void> {
    const { sessionKey, runId } = direct;
    const agentId = agentOfSession(this.config.config, sessionKey);
    let appended: TranscriptEvent[] = [];
    let sessionId = '';
    const message = gatewayMessage(direct.answer, 'stop');
    const receipt = await this.inbox.accept(
      {
        channel: 'webchat',
        account: 'default',
        externalId: runId,
        sessionKey,
        runId,
        message: { text: direct.question, isOwner: true, origin: 'owner' },
        dropped: 'answered by the gateway',
      },
      async (transaction, { duplicate }) => {
        if (duplicate) return;
        const session = await this.sessions.ensureIn(transaction, sessionKey, agentId);
        sessionId = session.sessionId;
        const at = Date.now();
        appended = await this.transcripts.appendIn(transaction, sessionId, [
          {
            runId,
            at,
            excludeFromContext: true,
            message: {
              role: 'user',
              content: [{ type: 'text', text: direct.question, origin: 'owner' }],
              idempotencyKey: runId,
            },
          },
          { runId, at, excludeFromContext: true, message },
        ]);
      },
    );
    if (receipt.duplicate) return;
    this.transcripts.committed(sessionId, appended);
    // Whoever asked is told first that its message was taken.
    setImmediate(() => this.announce(runId, sessionKey, direct.spelledKey, agentId, message));
  }

  /** Adds an assistant message without a run. Returns its id; undefined where there is no such session. */
  async inject(sessionKey: string, spelledKey: string, text: string, label?: string): Promise<string | undefined> {
    const message: AssistantMessage = { ...gatewayMessage(text, 'injected'), ...(label ? { label } : {}) };
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

  private announce(
    runId: string,
    sessionKey: string,
    spelledKey: string,
    agentId: string,
    message: AssistantMessage,
  ): void {
    const shared = { runId, seq: 1, state: 'final', message: { ...message, timestamp: Date.now() } };
    this.events.emit('wire.event', {
      event: 'chat',
      payload: { ...shared, sessionKey, agentId },
      payloadV3: { ...shared, sessionKey: spelledKey },
    });
  }
}

function gatewayMessage(text: string, stopReason: 'stop' | 'injected'): AssistantMessage {
  return {
    role: 'assistant',
    content: [{ type: 'text', text, origin: 'gateway' }],
    ...GATEWAY_AUTHOR,
    usage: NO_USAGE,
    stopReason,
  };
}
