import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as zlib from 'node:zlib';
import { isPlainObject } from '../../common/plain-object';
import { SqliteFile } from '../../storage/sqlite-file';

type Row = Record<string, unknown>;

/** Jobs that OpenClaw makes by itself, by how their declaration begins, and what does that work here. */
const HOUSEKEEPING: Readonly<Record<string, string>> = {
  'heartbeat:': 'the heartbeat of this gateway does it',
  'memory-core:': 'memory is looked after by this gateway',
  'skill-collection-review:': 'it belongs to a part of OpenClaw that is not here',
};

/** Tables of `state/openclaw.sqlite` that hold what has to be set up again. */
const NOT_TAKEN: readonly [table: string, what: string, reason: string][] = [
  ['device_pairing_paired', 'paired devices', 'their tokens are valid for that gateway only; pair them again'],
  ['exec_approvals_config', 'rules for commands on the host', 'look at them, then: openclaw approvals allowlist add'],
  ['secret_store_entries', 'the secret store', 'set what is needed: openclaw secrets set <name>'],
  ['mcp_oauth_stores', 'logins at MCP servers', 'log in again'],
  ['plugin_state_entries', 'state of plugins', 'install the plugins you need again; what they kept stays behind'],
  ['acp_sessions', 'sessions of editors', 'they are opened again by the editor'],
];

export interface LeftOut {
  what: string;
  reason: string;
}

/** What the databases of the later generation (2026.9) hold. */
export interface StateDatabase {
  jobs: Row[];
  senders: { channel: string; senderId: string }[];
  left: LeftOut[];
}

/**
 * Works on a copy: to open a database of which a write-ahead log is left changes files beside it.
 * @throws Error where it is no database
 */
export function withDatabase<T>(file: string, work: (database: SqliteFile, copy: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-migrate-'));
  try {
    const copy = join(folder, basename(file));
    for (const part of ['', '-wal']) if (existsSync(`${file}${part}`)) copyFileSync(`${file}${part}`, `${copy}${part}`);
    const database = new SqliteFile(copy, { readOnly: true });
    try {
      return work(database, copy);
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Jobs, people and what is left out of `state/openclaw.sqlite`. */
export function readStateDatabase(file: string): StateDatabase {
  return withDatabase(file, (database) => {
    const all = (table: string): Row[] =>
      hasTable(database, table) ? (database.prepare(`select * from ${table} limit 10000`).all() as Row[]) : [];
    const jobs: Row[] = [];
    const left: LeftOut[] = [];
    for (const row of all('cron_jobs')) {
      const job: Row = { ...parsed(row['job_json']), ...(row['enabled'] === 0 ? { enabled: false } : {}) };
      const declared = String(job['declarationKey'] ?? row['declaration_key'] ?? '');
      const [, reason] = Object.entries(HOUSEKEEPING).find(([beginning]) => declared.startsWith(beginning)) ?? [];
      if (reason === undefined) jobs.push(job);
      else left.push({ what: `job ${String(row['name'])}`, reason });
    }
    const senders = all('channel_pairing_allow_entries')
      .map((row) => ({ channel: String(row['channel_key']), senderId: String(row['entry']) }))
      .filter(({ senderId }) => senderId !== '*');
    for (const [table, what, reason] of NOT_TAKEN) {
      const { length } = all(table);
      if (length > 0) left.push({ what: `${what} (${length})`, reason });
    }
    return { jobs, senders, left };
  });
}

/** Conversations of an agent of the later generation, from `openclaw-agent.sqlite`; undefined where it is another file. */
export function readAgentDatabase(
  file: string,
): { sessions: { key: string; text: string }[]; left: LeftOut[] } | undefined {
  return withDatabase(file, (database) => {
    if (!hasTable(database, 'session_nodes') || !hasTable(database, 'transcript_events')) return undefined;
    const nodes = database
      .prepare('select session_key as key, current_session_id as id from session_nodes order by session_key')
      .all() as { key: string; id: string }[];
    const left: LeftOut[] = [];
    const sessions = nodes.flatMap(({ key, id }) => {
      const rows = database
        .prepare('select * from transcript_events where session_id = ? order by seq')
        .all(id) as Row[];
      try {
        const text = rows.map(lineOf).join('\n');
        return text === '' ? [] : [{ key, text }];
      } catch (error) {
        left.push({ what: `conversation ${key}`, reason: (error as Error).message });
        return [];
      }
    });
    for (const table of ['session_transcript_archives', 'session_transcript_cold_archives']) {
      if (!hasTable(database, table)) continue;
      const { n } = database.prepare(`select count(*) as n from ${table}`).get() as { n: number };
      if (n > 0) left.push({ what: `archived conversations (${n})`, reason: 'only the present ones are taken over' });
    }
    return { sessions, left };
  });
}

/** @throws Error where it is packed and can't be unpacked here */
function lineOf(row: Row): string {
  if (typeof row['event_json'] === 'string') return row['event_json'];
  // Since Node 22.15.
  const { zstdDecompressSync: unpack } = zlib as { zstdDecompressSync?: (data: Uint8Array) => Buffer };
  if (!unpack) throw new Error('it is compressed with Zstandard; run the migration with Node 22.15 or newer');
  return unpack(row['event_zstd'] as Uint8Array).toString('utf8');
}

const hasTable = (database: SqliteFile, name: string): boolean =>
  database.prepare("select 1 from sqlite_master where type = 'table' and name = ?").get(name) !== undefined;

function parsed(text: unknown): Row {
  const value: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
  return isPlainObject(value) ? value : {};
}
