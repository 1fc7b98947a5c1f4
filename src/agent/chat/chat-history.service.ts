import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import { InboxStore } from '../../inbox/inbox.store';
import { type HistoryMessage, MAX_HISTORY_BYTES, fitHistory, historyMessage } from '../../sessions/history-view';
import { canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { TranscriptStore } from '../../sessions/transcript.store';
import { LaneService } from '../turns/lane.service';
import { userMessage } from '../turns/turn-messages';
import { TurnStore } from '../turns/turn.store';
import type { ChatHistoryParams } from './chat.dto';

const DEFAULT_LIMIT = 200;

/** What `chat.history` shows: the transcript, and messages that are still being answered. */
@Injectable()
export class ChatHistoryService {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly inbox: InboxStore,
    private readonly turns: TurnStore,
    private readonly lanes: LaneService,
  ) {}

  async read(params: ChatHistoryParams, protocol: 3 | 4): Promise<unknown> {
    const sessionKey = canonicalSessionKey(this.config.config, params.sessionKey, params.agentId);
    const session = await this.sessions.find(sessionKey);
    const limit = params.limit ?? DEFAULT_LIMIT;
    const messages: HistoryMessage[] = [];
    if (session) messages.push(...(await this.transcripts.readTail(session.sessionId, limit)).map(historyMessage));
    messages.push(...(await this.open(sessionKey)));
    const shown = fitHistory(messages.slice(-limit), Math.min(params.maxBytes ?? MAX_HISTORY_BYTES, MAX_HISTORY_BYTES));
    const [inFlightRun] = this.lanes.activeRunNames(sessionKey);
    return {
      sessionKey: params.sessionKey,
      ...(session ? { sessionId: session.sessionId } : {}),
      messages: protocol === 4 ? shown.map(plainUserText) : shown,
      thinkingLevel: session?.thinkingLevel ?? 'off',
      ...(protocol === 4 && inFlightRun ? { inFlightRun: { runId: inFlightRun } } : {}),
    };
  }

  /** Messages in hand or waiting; they reach the transcript with the end of their turn. */
  private async open(sessionKey: string): Promise<HistoryMessage[]> {
    const running = await this.turns.findRunning(sessionKey);
    const rows = [
      ...(running ? await this.inbox.ofTurn(running.runId) : []),
      ...(await this.inbox.pending(sessionKey)),
      ...(await this.inbox.commands(sessionKey)),
    ];
    return rows.map((row) => {
      const { message, at } = userMessage(row);
      return { ...message, timestamp: at, __openclaw: { id: row.id, runId: row.runName, pending: true } };
    });
  }
}

/** Protocol 4 clients get a user's text as a plain string. */
function plainUserText(message: HistoryMessage): HistoryMessage {
  const { content } = message;
  if (message.role !== 'user' || !Array.isArray(content)) return message;
  const [only] = content as { type: string; text?: string }[];
  return content.length === 1 && only?.type === 'text' ? { ...message, content: only.text } : message;
}
