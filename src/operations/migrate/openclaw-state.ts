import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import JSON5 from 'json5';
import { readTranscripts } from '../../agent/sessions/transcript-files';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { migrateLegacy } from '../../config/legacy-migrations';
import { type LeftOut, readAgentDatabase, readStateDatabase, withDatabase } from './openclaw-databases';
import { type OldWorkspace, readWorkspaces } from './openclaw-workspaces';

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
  workspaces: OldWorkspace[];
  /** Folders of skills below `skills`. */
  skills: string[];
  /** What is not taken over, with the reason. */
  left: LeftOut[];
  /** What could not be read, with the reason. */
  problems: string[];
}

const CONFIG_NAMES = ['openclaw.json', 'clawdbot.json', 'moltbot.json', 'moldbot.json'];
const STATE_DATABASE = join('state', 'openclaw.sqlite');

/**
 * Reads a state folder of OpenClaw; it is not changed.
 * @param stateDir ours, which workspaces in the old folder move to
 */
export function readOldState(folder: string, stateDir: string): OldState {
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
  const { config: legacy, applied } = migrateLegacy(isPlainObject(raw) ? raw : {});
  const { config, workspaces, left } = readWorkspaces(folder, legacy, stateDir);
  const sessions: OldSession[] = [];
  for (const agentId of namesIn(join(folder, 'agents'))) sessions.push(...sessionsOf(folder, agentId, problems, left));
  const later = existsSync(join(folder, STATE_DATABASE))
    ? attempt(STATE_DATABASE, () => readStateDatabase(join(folder, STATE_DATABASE)), undefined)
    : undefined;
  return {
    folder,
    config,
    moved: applied,
    sessions,
    jobs: [...jobsOf(folder, problems), ...(later?.jobs ?? [])],
    senders: [...sendersOf(folder, attempt), ...(later?.senders ?? [])],
    workspaces,
    skills: namesIn(join(folder, 'skills')).filter((each) => existsSync(join(folder, 'skills', each, 'SKILL.md'))),
    left: [...left, ...(later?.left ?? [])],
    problems,
  };
}

function sessionsOf(folder: string, agentId: string, problems: string[], left: LeftOut[]): OldSession[] {
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
  const database = join('agent', 'openclaw-agent.sqlite');
  if (existsSync(join(root, database))) {
    const from = relative(folder, join(root, database));
    try {
      const later = readAgentDatabase(join(root, database));
      for (const { key, text } of later?.sessions ?? []) found.push({ key, agentId, from, text });
      left.push(...(later?.left ?? []));
    } catch (error) {
      problems.push(`${from}: ${messageOf(error)}`);
    }
  }
  // Releases between them had a database of some other form.
  for (const file of [...namesIn(root), ...namesIn(join(root, 'sessions')).map((each) => join('sessions', each))]) {
    if (!/\.(sqlite3?|db)$/.test(file)) continue;
    try {
      for (const { name, text } of withDatabase(join(root, file), (_, copy) => readTranscripts(copy)))
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
    if (!/\.(sqlite3?|db)$/.test(name) || name === 'openclaw-nest.sqlite' || name === STATE_DATABASE) continue;
    try {
      jobs.push(...jobsInDatabase(join(folder, name)));
    } catch (error) {
      problems.push(`${name}: ${messageOf(error)}`);
    }
  }
  return jobs;
}

/** Jobs of releases in between: JSON in some column, whatever its table is called. */
function jobsInDatabase(file: string): Record<string, unknown>[] {
  return withDatabase(file, (database) => {
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
  });
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

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
