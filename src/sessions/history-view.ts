import { takeHandover } from '../common/markdown/handed-files';
import type { TranscriptEvent, TranscriptMessage, UserMessage } from './transcript-event';

/** A message as clients see it in `chat.history`. */
export type HistoryMessage = Record<string, unknown> & { role: string };

/** Most bytes of JSON that one history answer holds. */
export const MAX_HISTORY_BYTES = 6 * 1024 * 1024;

export function historyMessage(event: TranscriptEvent): HistoryMessage {
  return {
    ...withoutFacts(event.message),
    timestamp: event.at,
    ...(event.excludeFromContext ? { excludeFromContext: true } : {}),
    __openclaw: {
      id: event.id,
      seq: event.seq,
      ...(event.runId ? { runId: event.runId } : {}),
      recordTimestampMs: event.at,
      ...(event.message.role === 'user' ? factsOf(event.message, event.runId) : {}),
    },
  };
}

/** Of a message without a sender the owner is the author, or the gateway in the owner's name. */
const factsOf = (message: UserMessage, runId: string | null): Record<string, unknown> => ({
  origin: causeOf(message, runId),
  ...(message.sender === undefined && causeOf(message, runId) === 'person' ? { senderIsOwner: true } : {}),
  ...(message.idempotencyKey === undefined ? {} : { idempotencyKey: message.idempotencyKey }),
});

/** Who caused a message to the assistant: a person, a planned job, another agent, or the gateway looking after itself. */
export type MessageCause = 'person' | 'job' | 'agent' | 'housekeeping';

export function causeOf({ content, sender }: UserMessage, runId: string | null): MessageCause {
  if (runId?.startsWith('cron:')) return 'job';
  if (content.length > 0 && content.every(({ origin }) => origin === 'gateway')) return 'housekeeping';
  return sender?.channel === 'subagent' ? 'agent' : 'person';
}

/** Provider signatures and similar facts are of no use to a client; files stand beside the words that name them. */
function withoutFacts(message: TranscriptMessage): HistoryMessage {
  if (message.role !== 'assistant') return { ...message };
  const content = message.content.map(({ facts: _, ...part }) =>
    part.type === 'text' ? { ...part, text: takeHandover(part.text).text } : part,
  );
  return { ...message, content };
}

/** Drops the oldest messages, or the newest, until the rest fits. */
export function fitHistory(
  messages: readonly HistoryMessage[],
  maxBytes = MAX_HISTORY_BYTES,
  drop: 'oldest' | 'newest' = 'oldest',
): HistoryMessage[] {
  const kept: HistoryMessage[] = [];
  let size = 2;
  for (const message of drop === 'oldest' ? [...messages].reverse() : messages) {
    size += Buffer.byteLength(JSON.stringify(message)) + 1;
    if (size > maxBytes && kept.length > 0) break;
    kept.push(message);
  }
  return drop === 'oldest' ? kept.reverse() : kept;
}

/** Protocol 4 clients get a user's text as a plain string. */
export function plainUserText(message: HistoryMessage): HistoryMessage {
  const { content } = message;
  if (message.role !== 'user' || !Array.isArray(content)) return message;
  const [only] = content as { type: string; text?: string }[];
  return content.length === 1 && only?.type === 'text' ? { ...message, content: only.text } : message;
}
