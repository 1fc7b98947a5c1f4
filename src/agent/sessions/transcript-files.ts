import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { UsageError } from '../../common/cli/cli-error';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { SqliteFile } from '../../storage/sqlite-file';

export interface TranscriptFile {
  /** For the session's key. */
  name: string;
  /** JSON lines. */
  text: string;
}

/**
 * Transcripts in a file of OpenClaw: one as JSON lines, or all of a SQLite file. The names of its tables differ from
 * release to release; what counts is a column with transcript lines in JSON and one that tells sessions apart.
 * @throws UsageError
 */
export function readTranscripts(path: string): TranscriptFile[] {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    throw new UsageError(`${path} can't be read: ${messageOf(error)}`);
  }
  if (!content.subarray(0, 15).toString('latin1').startsWith('SQLite format 3'))
    return [{ name: basename(path).replace(/\.jsonl.*$/, ''), text: content.toString('utf8') }];
  const found = fromSqlite(path);
  if (found.length === 0) throw new UsageError(`${path} holds no table with transcript lines`);
  return found;
}

function fromSqlite(path: string): TranscriptFile[] {
  const db = new SqliteFile(path, { readOnly: true });
  try {
    const tables = db.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[];
    const sessions = new Map<string, string[]>();
    for (const { name } of tables) {
      const columns = (db.prepare(`pragma table_info(${quoted(name)})`).all() as { name: string }[]).map(
        (row) => row.name,
      );
      const session = columns.find((column) => /^(session_?id|session_?key|session)$/i.test(column));
      const order = columns.find((column) => /^(seq|sequence|position|line|idx|ordinal)$/i.test(column)) ?? 'rowid';
      const first = db.prepare(`select * from ${quoted(name)} limit 1`).get() as Record<string, unknown> | undefined;
      const json = first && columns.find((column) => isTranscriptLine(first[column]));
      if (session === undefined || json === undefined) continue;
      const rows = db
        .prepare(
          `select ${quoted(session)} as session, ${quoted(json)} as line from ${quoted(name)} order by ${order === 'rowid' ? order : quoted(order)}`,
        )
        .all() as { session: string; line: string }[];
      for (const row of rows) {
        const lines = sessions.get(String(row.session));
        if (lines) lines.push(row.line);
        else sessions.set(String(row.session), [row.line]);
      }
    }
    return [...sessions].map(([name, lines]) => ({ name, text: lines.join('\n') }));
  } finally {
    db.close();
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function isTranscriptLine(value: unknown): boolean {
  if (typeof value !== 'string' || !value.startsWith('{')) return false;
  try {
    const line: unknown = JSON.parse(value);
    return isPlainObject(line) && ['session', 'message', 'compaction'].includes(String(line['type']));
  } catch {
    return false;
  }
}
