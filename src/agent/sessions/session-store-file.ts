import { readBoundedFile } from '../../common/bounded-file';
import { UsageError } from '../../common/cli/cli-error';
import { isPlainObject } from '../../common/plain-object';
import { decodeOwnText } from '../../common/text/decode-text';
import { normaliseAgentId } from '../../config/agent-entries';
import { sessionKind } from '../../sessions/session-key';

const MOST_BYTES = 64 * 1024 * 1024;
const MINUTE_MS = 60_000;

/** A conversation as a file of OpenClaw has it. */
export interface StoredSession {
  key: string;
  kind: string;
  updatedAt: number;
  sessionId?: string;
  label?: string;
  model?: string;
  totalTokens?: number;
}

/**
 * Conversations of a `sessions.json` of OpenClaw, the newest first.
 * @throws UsageError where it is none
 */
export function readSessionStore(
  path: string,
  wanted: { active?: number; agent?: string; limit?: number },
  now: number,
): { path: string; count: number; sessions: StoredSession[] } {
  const { active, agent, limit } = wanted;
  const sessions = Object.entries(storeIn(path))
    .flatMap(([key, entry]) => (isPlainObject(entry) ? [sessionOf(key, entry)] : []))
    .filter(
      ({ key, updatedAt }) =>
        (active === undefined || now - updatedAt <= active * MINUTE_MS) &&
        (agent === undefined || key.startsWith(`agent:${normaliseAgentId(agent)}:`)),
    )
    .sort((a, b) => b.updatedAt - a.updatedAt)
    .slice(0, limit);
  return { path, count: sessions.length, sessions };
}

function storeIn(path: string): Record<string, unknown> {
  const refused = (what: string): UsageError => new UsageError(`--store "${path}" ${what}`);
  const bytes = readBoundedFile(path, MOST_BYTES);
  if (!bytes) throw refused(`must be a file of at most ${MOST_BYTES} bytes that can be read`);
  if (bytes.subarray(0, 15).toString('latin1') === 'SQLite format 3')
    throw refused('is a database; "openclaw sessions import" takes its conversations over, and then they are listed');
  try {
    const parsed: unknown = JSON.parse(decodeOwnText(bytes));
    if (isPlainObject(parsed)) return parsed;
  } catch {
    // Said below.
  }
  throw refused('is no sessions.json: it must hold an object with an entry for each conversation');
}

function sessionOf(key: string, entry: Record<string, unknown>): StoredSession {
  const text = (name: string): Record<string, string> => {
    const value = entry[name];
    return typeof value === 'string' ? { [name]: value } : {};
  };
  const number = (name: string): number | undefined => {
    const value = entry[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  };
  const totalTokens = number('totalTokens');
  const { chatType } = text('chatType');
  return {
    key,
    kind: sessionKind(key, chatType),
    updatedAt: number('updatedAt') ?? 0,
    ...text('sessionId'),
    ...text('label'),
    ...text('model'),
    ...(totalTokens === undefined ? {} : { totalTokens }),
  };
}
