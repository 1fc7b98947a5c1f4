import type { TranscriptEvent, TranscriptMessage } from './transcript-event';

/** A message as clients see it in `chat.history`. */
export type HistoryMessage = Record<string, unknown> & { role: string };

/** Most bytes of JSON that one history answer holds. */
export const MAX_HISTORY_BYTES = 6 * 1024 * 1024;

export function historyMessage(event: TranscriptEvent): HistoryMessage {
  return {
    ...withoutFacts(event.message),
    timestamp: event.at,
    ...(event.excludeFromContext ? { excludeFromContext: true } : {}),
    __openclaw: { id: event.id, seq: event.seq, ...(event.runId ? { runId: event.runId } : {}) },
  };
}

/** Provider signatures and similar facts are of no use to a client. */
function withoutFacts(message: TranscriptMessage): HistoryMessage {
  if (message.role !== 'assistant') return { ...message };
  return { ...message, content: message.content.map(({ facts: _, ...part }) => part) };
}

/** Drops the oldest messages until the rest fits. */
export function fitHistory(messages: readonly HistoryMessage[], maxBytes = MAX_HISTORY_BYTES): HistoryMessage[] {
  const kept: HistoryMessage[] = [];
  let size = 2;
  for (const message of [...messages].reverse()) {
    size += Buffer.byteLength(JSON.stringify(message)) + 1;
    if (size > maxBytes && kept.length > 0) break;
    kept.push(message);
  }
  return kept.reverse();
}
