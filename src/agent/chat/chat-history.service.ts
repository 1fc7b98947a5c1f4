import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import { InboxStore } from '../../inbox/inbox.store';
import { TakenRows } from '../../inbox/taken-rows.store';
import type { InboxRow } from '../../inbox/inbox-row';
import { invalidRequest } from '../../rpc/rpc-error';
import {
  type HistoryMessage,
  MAX_HISTORY_BYTES,
  causeOf,
  fitHistory,
  historyMessage,
  plainUserText,
} from '../../sessions/history-view';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import type { AssistantPart, TranscriptEvent, UserMessage } from '../../sessions/transcript-event';
import { TranscriptStore } from '../../sessions/transcript.store';
import { SessionRows } from '../sessions/session-rows.service';
import { LaneService } from '../turns/lane.service';
import { userMessage } from '../turns/turn-messages';
import { TurnStore } from '../turns/turn.store';
import type { ChatHistoryParams } from './chat.dto';

const DEFAULT_LIMIT = 200;

/** Part of a conversation, oldest first, and whether there is more on either side. */
interface Window {
  events: TranscriptEvent[];
  hasMore: boolean;
  hasNewer: boolean;
  /** Which end is kept where not all of it fits into an answer. */
  drop: 'oldest' | 'newest';
  nextOffset?: number;
}

/** What clients of protocol 4 get; see `answer-views.ts` for the others. */
export interface ChatHistory {
  sessionKey: string;
  sessionId?: string;
  messages: HistoryMessage[];
  [field: string]: unknown;
}

const NOTHING: Window = { events: [], hasMore: false, hasNewer: false, drop: 'oldest' };

/** What `chat.history` shows: a part of the transcript, and at its end messages that are still being answered. */
@Injectable()
export class ChatHistoryService {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly inbox: InboxStore,
    private readonly taken: TakenRows,
    private readonly turns: TurnStore,
    private readonly lanes: LaneService,
    private readonly rows: SessionRows,
  ) {}

  async read(params: ChatHistoryParams): Promise<ChatHistory> {
    const sessionKey = canonicalSessionKey(this.config.config, params.sessionKey, params.agentId);
    const session = await this.sessions.find(sessionKey);
    const limit = params.limit ?? DEFAULT_LIMIT;
    const window = session ? await this.window(session.sessionId, params, limit) : NOTHING;
    const messages = window.events.map(historyMessage);
    const open = await this.open(sessionKey);
    if (!window.hasNewer) messages.push(...open);
    const maxBytes = Math.min(params.maxBytes ?? MAX_HISTORY_BYTES, MAX_HISTORY_BYTES);
    const fitting = window.drop === 'oldest' ? messages.slice(-limit) : messages;
    const shown = fitHistory(fitting, maxBytes, window.drop);
    const left = messages.length - shown.length;
    const [inFlightRun] = this.lanes.activeRunNames(sessionKey);
    const live = this.lanes.liveOf(sessionKey);
    const stored = session ? await this.transcripts.lastSeq(session.sessionId) : 0;
    return {
      sessionKey: params.sessionKey,
      ...(session ? { sessionId: session.sessionId } : {}),
      messages: withoutKnown(shown.map(plainUserText), params.known),
      thinkingLevel: session?.thinkingLevel ?? 'off',
      hasMore: window.hasMore || (left > 0 && window.drop === 'oldest'),
      hasNewer: window.hasNewer || (left > 0 && window.drop === 'newest'),
      ...(window.nextOffset === undefined ? {} : { nextOffset: window.nextOffset - left }),
      ...(inFlightRun ? { inFlightRun: { runId: inFlightRun, ...live } } : {}),
      totalMessages: stored + open.length,
      pendingInputs: pendingOf(open),
      defaults: this.rows.defaults(agentOfSession(this.config.config, sessionKey)),
      ...(session ? { sessionInfo: { ...this.rows.row(session), ...leafOf(window) } } : {}),
    };
  }

  /** @throws RpcError INVALID_REQUEST where two places are named, or a message that is not there */
  private async window(sessionId: string, params: ChatHistoryParams, limit: number): Promise<Window> {
    const places = (['before', 'after', 'around', 'messageId', 'offset'] as const).filter(
      (name) => params[name] !== undefined,
    );
    if (places.length > 1) throw invalidRequest(`${places.join(' and ')} can't be combined: name one place`);
    if (params.before !== undefined) return this.olderThan(sessionId, params.before, limit);
    if (params.after !== undefined) return this.newerThan(sessionId, params.after, limit);
    if (params.around !== undefined) return this.around(sessionId, params.around, limit);
    if (params.messageId !== undefined) {
      const seq = await this.transcripts.seqOf(sessionId, params.messageId);
      if (seq === undefined) throw invalidRequest(`messageId: there is no message ${params.messageId} in this session`);
      return this.around(sessionId, seq, limit);
    }
    const offset = params.offset ?? 0;
    // One more than is shown says whether there are older ones.
    const found = await this.transcripts.readTail(sessionId, limit + 1, offset);
    const events = found.slice(-limit);
    const hasMore = found.length > limit;
    return {
      events,
      hasMore,
      hasNewer: offset > 0,
      drop: 'oldest',
      ...(hasMore ? { nextOffset: offset + events.length } : {}),
    };
  }

  private async olderThan(sessionId: string, before: number, limit: number): Promise<Window> {
    const found = await this.transcripts.readBeside(sessionId, { before }, limit + 1);
    const newer = await this.transcripts.readBeside(sessionId, { after: before - 1 }, 1);
    return { events: found.slice(-limit), hasMore: found.length > limit, hasNewer: newer.length > 0, drop: 'oldest' };
  }

  private async newerThan(sessionId: string, after: number, limit: number): Promise<Window> {
    const found = await this.transcripts.readBeside(sessionId, { after }, limit + 1);
    const older = await this.transcripts.readBeside(sessionId, { before: after + 1 }, 1);
    return { events: found.slice(0, limit), hasMore: older.length > 0, hasNewer: found.length > limit, drop: 'newest' };
  }

  private async around(sessionId: string, seq: number, limit: number): Promise<Window> {
    const half = Math.max(1, Math.floor(limit / 2));
    const older = await this.transcripts.readBeside(sessionId, { before: seq }, half + 1);
    const newer = await this.transcripts.readBeside(sessionId, { after: seq - 1 }, half + 1);
    return {
      events: [...older.slice(-half), ...newer.slice(0, half)],
      hasMore: older.length > half,
      hasNewer: newer.length > half,
      drop: 'oldest',
    };
  }

  /** Messages in hand or waiting; they reach the transcript with the end of their turn. */
  private async open(sessionKey: string): Promise<HistoryMessage[]> {
    const running = await this.turns.findRunning(sessionKey);
    const inHand = running ? await this.taken.ofTurn(running.runId) : [];
    const commands = await this.inbox.commands(sessionKey);
    const waiting = await this.inbox.pending(sessionKey);
    return [
      ...inHand.map((row) => openMessage(row, false)),
      ...waiting.map((row) => openMessage(row, true)),
      ...commands.map((row) => openMessage(row, false)),
    ];
  }
}

/** The newest message that is stored, where this part of the conversation reaches to it; null where there is none. */
const leafOf = ({ events, hasNewer }: Window): { activeLeafEntryId?: string | null } =>
  hasNewer ? {} : { activeLeafEntryId: events.at(-1)?.id ?? null };

/** Messages that wait behind a run, as clients of protocol 4 know them. */
function pendingOf(open: readonly HistoryMessage[]): { items: unknown[]; total: number } {
  const items = open.flatMap((message) => {
    const { id, runId, waiting } = message['__openclaw'] as { id: string; runId?: string; waiting?: boolean };
    return waiting ? [{ id, runId, message, acceptedAt: message['timestamp'], state: 'queued' }] : [];
  });
  return { items, total: items.length };
}

function openMessage(row: InboxRow, waiting: boolean): HistoryMessage {
  const { message, at } = userMessage(row);
  return {
    ...message,
    timestamp: at,
    __openclaw: {
      id: row.id,
      runId: row.runName,
      pending: true,
      ...(waiting ? { waiting } : {}),
      origin: causeOf(message as UserMessage, row.runId),
    },
  };
}

/** A client that has seen an answer stream does not get its text a second time. */
function withoutKnown(messages: HistoryMessage[], hashes: readonly string[] = []): HistoryMessage[] {
  if (hashes.length === 0) return messages;
  const known = new Set(hashes);
  return messages.map((message) => {
    const { role, content } = message;
    if (role !== 'assistant' || !Array.isArray(content)) return message;
    const parts = (content as AssistantPart[]).map((part) => {
      if (part.type !== 'text') return part;
      const { text, ...named } = part;
      // What streams ends without the blanks that a model leaves at the end.
      const sha256 = [text, text.trim()].map(hashOf).find((hash) => known.has(hash));
      return sha256 === undefined ? part : { ...named, sha256 };
    });
    return { ...message, content: parts };
  });
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
