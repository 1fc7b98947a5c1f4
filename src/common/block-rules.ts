import { isPlainObject } from './plain-object';
/** How an answer is told in blocks while it is written; what is missing is decided by the agents' defaults. */
export interface BlockWishes {
  enabled?: boolean;
  minChars?: number;
  maxChars?: number;
  /** A finished paragraph is told after so many milliseconds without a new word. */
  idleMs?: number;
  breakPreference?: BreakKind;
}

export type BreakKind = 'paragraph' | 'newline' | 'sentence';

interface StreamingKeys {
  blockStreaming?: boolean;
  blockStreamingCoalesce?: Record<string, unknown>;
  streamMode?: 'off' | 'partial' | 'block';
  streaming?: unknown;
  draftChunk?: { minChars?: number; maxChars?: number; breakPreference?: BreakKind };
}

/** What the keys of an account say about blocks. `streamMode: block` is the older word for it. */
export function blockWishes(keys: StreamingKeys): BlockWishes {
  const mode = keys.streamMode ?? (isPlainObject(keys.streaming) ? keys.streaming['mode'] : keys.streaming);
  const enabled = keys.blockStreaming ?? (mode === 'block' ? true : undefined);
  const coalesce = keys.blockStreamingCoalesce ?? {};
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(mode === 'block' ? keys.draftChunk : {}),
    ...numbers(coalesce, ['minChars', 'maxChars', 'idleMs']),
  };
}

function numbers<K extends string>(from: Record<string, unknown>, keys: readonly K[]): Partial<Record<K, number>> {
  const found: Partial<Record<K, number>> = {};
  for (const key of keys) {
    const value = from[key];
    if (typeof value === 'number' && value >= 0) found[key] = value;
  }
  return found;
}
