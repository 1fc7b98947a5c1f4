import type { LiveRun } from './chat-state';
import type { HistoryPayload, Part } from './chat-types';

/** Shorter texts are not worth naming. */
const LEAST = 200;
const MOST = 20;

/** What has streamed in, by its hash: the history need not tell it a second time. */
export async function knownTexts(runs: readonly LiveRun[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Set<string>();
  for (const { text, cuts = [] } of runs) {
    const ends = [...cuts, text.length];
    for (const [index, end] of ends.entries()) {
      // eslint-disable-next-line openclaw/cut-text -- from one position of the stream to the next
      const part = text.slice(index === 0 ? 0 : ends[index - 1], end);
      for (const each of [part, part.trim(), part.trimStart(), part.trimEnd()])
        if (each.length >= LEAST) texts.add(each);
    }
  }
  const hashed = await Promise.all([...texts].slice(-MOST).map(async (text) => [await hashOf(text), text] as const));
  return new Map(hashed);
}

/** The history with what it has only named. */
export function filledIn(payload: HistoryPayload, known: ReadonlyMap<string, string>): HistoryPayload {
  if (known.size === 0) return payload;
  const fill = (part: Part): Part =>
    part.type === 'text' && part.sha256 !== undefined ? { type: 'text', text: known.get(part.sha256) ?? '' } : part;
  return {
    ...payload,
    messages: payload.messages.map((message) =>
      typeof message.content === 'string' ? message : { ...message, content: message.content.map(fill) },
    ),
  };
}

async function hashOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
