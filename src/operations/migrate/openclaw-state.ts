import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import JSON5 from 'json5';
import { readTranscripts } from '../../agent/sessions/transcript-files';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { migrateLegacy } from '../../config/legacy-migrations';
import { SqliteFile } from '../../storage/sqlite-file';

export interface OldSession {
  key: string;
  agentId: string;
  /** File that it comes from. */
  from: string;
  /** JSON lines. */
  text: string;
}

export interface OldSender {
  channel: string;
  senderId: string;
}

/** What an OpenClaw state folder of either generation holds. */
export interface OldState {
  folder: string;
  config: Record<string, unknown>;
  /** Legacy keys that were moved to their place of today. */
  moved: string[];
  sessions: OldSession[];
  jobs: Record<string, unknown>[];
  senders: OldSender[];
  /** Files of the assistant, relative to `workspace`. */
  workspace: { root: string; files: string[] };
  /** Folders of skills below `skills`. */
  skills: string[];
  /** What could not be read, with the reason. */
  problems: string[];
}

const CONFIG_NAMES = ['openclaw.json', 'clawdbot.json', 'moltbot.json', 'moldbot.json'];
const MAX_FILES = 5000;
const SKIPPED = /^(\.git|node_modules)$/;

/** Reads a state folder of OpenClaw; it is not changed. */
export function readOldState(folder: string): OldState {
  const problems: string[] = [];
  const attempt = <T>(what: string, read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      problems.push(`${what}: ${messageOf(error)}`);
      return otherwise;
    }
  };
  const name = CONFIG_NAMES.find((each) => existsSync(join(folder, each)));
  const raw = name
    ? attempt(name, () => JSON5.parse<Record<string, unknown>>(readFileSync(join(folder, name), 'utf8')), {})
    : {};
  const { config, applied } = migrateLegacy(isPlainObject(raw) ? raw : {});
  const sessions: OldSession[] = [];
  for (const agentId of namesIn(join(folder, 'agents'))) sessions.push(...sessionsOf(folder, agentId, problems));
  return {
    folder,
    config,
    moved: applied,
    sessions,
    jobs: jobsOf(folder, problems),
    senders: sendersOf(folder, attempt),
    workspace: workspaceOf(folder, config),
    skills: namesIn(join(folder, 'skills')).filter((each) => existsSync(join(folder, 'skills', each, 'SKILL.md'))),
    problems,
  };
}

function sessionsOf(folder: string, agentId: string, problems: string[]): OldSession[] {
  const root = join(folder, 'agents', agentId);
  const found: OldSession[] = [];
  const store = join(root, 'sessions', 'sessions.json');
  try {
    const index = existsSync(store) ? (JSON.parse(readFileSync(store, 'utf8')) as unknown) : {};
    for (const [key, entry] of Object.entries(isPlainObject(index) ? index : {})) {
      const id = isPlainObject(entry) ? entry['sessionId'] : undefined;
      if (typeof id !== 'string' || !/^[\w-]+$/.test(id)) continue;
      const topic = /:topic:(\d+)$/.exec(key)?.[1];
      const file = [topic ? `${id}-topic-${topic}.jsonl` : '', `${id}.jsonl`]
        .filter((each) => each !== '')
        .map((each) => join(root, 'sessions', each))
        .find((each) => existsSync(each));
      if (file) found.push({ key, agentId, from: relative(folder, file), text: readFileSync(file, 'utf8') });
    }
  } catch (error) {
    problems.push(`${relative(folder, store)}: ${messageOf(error)}`);
  }
  // The later generation keeps them in a database of the agent.
  for (const file of [...namesIn(root), ...namesIn(join(root, 'sessions')).map((each) => join('sessions', each))]) {
    if (!/\.(sqlite3?|db)$/.test(file)) continue;
    try {
      for (const { name, text } of readTranscripts(join(root, file)))
        found.push({
          key: name.startsWith('agent:') ? name : `agent:${agentId}:${name}`,
          agentId,
          from: relative(folder, join(root, file)),
          text,
        });
    } catch (error) {
      problems.push(`${relative(folder, join(root, file))}: ${messageOf(error)}`);
    }
  }
  return found;
}

function jobsOf(folder: string, problems: string[]): Record<string, unknown>[] {
  const jobs: Record<string, unknown>[] = [];
  const file = join(folder, 'cron', 'jobs.json');
  try {
    if (existsSync(file)) {
      const { jobs: list } = JSON.parse(readFileSync(file, 'utf8')) as { jobs?: unknown };
      if (Array.isArray(list)) jobs.push(...list.filter(isPlainObject));
    }
  } catch (error) {
    problems.push(`cron/jobs.json: ${messageOf(error)}`);
  }
  for (const name of [
    ...namesIn(folder),
    ...namesIn(join(folder, 'state')).map((each) => join('state', each)),
    ...namesIn(join(folder, 'cron')).map((each) => join('cron', each)),
  ]) {
    if (!/\.(sqlite3?|db)$/.test(name) || name === 'openclaw-nest.sqlite') continue;
    try {
      jobs.push(...jobsInDatabase(join(folder, name)));
    } catch (error) {
      problems.push(`${name}: ${messageOf(error)}`);
    }
  }
  return jobs;
}

/** Jobs of the later generation: JSON in some column, whatever its table is called. */
function jobsInDatabase(file: string): Record<string, unknown>[] {
  const database = new SqliteFile(file, { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[];
    return tables.flatMap(({ name }) => {
      const rows = database.prepare(`select * from "${name.replaceAll('"', '""')}" limit 10000`).all();
      return (rows as Record<string, unknown>[]).flatMap((row) =>
        Object.values(row).flatMap((value) => {
          const job = typeof value === 'string' && value.startsWith('{') ? parsed(value) : undefined;
          return job && isPlainObject(job['schedule']) && isPlainObject(job['payload']) ? [job] : [];
        }),
      );
    });
  } finally {
    database.close();
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** People who were let in by code. */
function sendersOf(folder: string, attempt: <T>(what: string, read: () => T, otherwise: T) => T): OldSender[] {
  return namesIn(join(folder, 'credentials')).flatMap((name) => {
    const channel = /^([a-z]+)(?:-[\w.-]+)?-allowFrom\.json$/.exec(name)?.[1];
    if (!channel) return [];
    const store = attempt(
      `credentials/${name}`,
      () => JSON.parse(readFileSync(join(folder, 'credentials', name), 'utf8')) as { allowFrom?: unknown },
      {},
    );
    const list = Array.isArray(store.allowFrom) ? store.allowFrom : [];
    return list.filter((id) => id !== '*').map((id) => ({ channel, senderId: String(id) }));
  });
}

function workspaceOf(folder: string, config: Record<string, unknown>): OldState['workspace'] {
  const agents = isPlainObject(config['agents']) ? config['agents'] : {};
  const defaults = isPlainObject(agents['defaults']) ? agents['defaults'] : {};
  const named = typeof defaults['workspace'] === 'string' ? defaults['workspace'] : undefined;
  const root = [named, join(folder, 'workspace')].find((each) => each !== undefined && existsSync(each)) ?? '';
  return { root, files: root === '' ? [] : filesBelow(root) };
}

function filesBelow(root: string, folder = ''): string[] {
  const found: string[] = [];
  for (const name of namesIn(join(root, folder))) {
    if (SKIPPED.test(name) || found.length >= MAX_FILES) continue;
    const path = folder === '' ? name : join(folder, name);
    const info = statSync(join(root, path), { throwIfNoEntry: false });
    if (info?.isDirectory()) found.push(...filesBelow(root, path));
    else if (info?.isFile()) found.push(path);
  }
  return found;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
