import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import JSON5 from 'json5';
import { MODEL_CATALOG } from '../../agent/providers/model-catalog';
import { appRoot } from '../../common/app-root';
import { readTextIfExists } from '../../common/atomic-file';
import { type PlainObject, isPlainObject, valueAt } from '../../common/plain-object';
import type { Environment } from '../../config/environment';
import { defaultWorkspace, resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import { SqliteFile } from '../../storage/sqlite-file';
import type { Candidate, LiveKind } from './complete';
import { SHELLS } from './shell-scripts';

const MOST = 200;
/** A database that is being written to is not waited for. */
const BUSY_MS = 20;

/** Names and ids of this machine's state, read from its files: no gateway is asked, none need run. */
export class LiveValues {
  private readonly stateDir: string;
  private parsed: PlainObject | undefined;

  constructor(private readonly env: Environment) {
    this.stateDir = resolveStateDir(env);
  }

  of(kind: LiveKind): readonly Candidate[] {
    switch (kind) {
      case 'session':
        return this.rows('select key as value, label as summary from sessions order by updated_at desc');
      case 'job':
        return this.rows('select id as value, name as summary from cron_jobs order by created_at');
      case 'skill':
        return this.skills();
      case 'model':
        return this.models();
      case 'channel':
        return Object.keys(this.section('channels')).map((value) => ({ value }));
      case 'agent':
        return this.agents();
      case 'key':
        return keysOf(this.config, '');
      case 'shell':
        return SHELLS.map((value) => ({ value }));
      case 'section':
        return ['model', 'workspace', 'gateway', 'channels', 'service'].map((value) => ({ value }));
    }
  }

  /** As it is written: what includes and variables add is left out. */
  private get config(): PlainObject {
    if (this.parsed === undefined) {
      const value: unknown = JSON5.parse(readTextIfExists(resolveConfigPath(this.env, this.stateDir)) ?? '{}');
      this.parsed = isPlainObject(value) ? value : {};
    }
    return this.parsed;
  }

  private section(...path: string[]): PlainObject {
    const value = valueAt(this.config, path);
    return isPlainObject(value) ? value : {};
  }

  private agents(): Candidate[] {
    const list = valueAt(this.config, ['agents', 'list']);
    const ids = Array.isArray(list)
      ? list.flatMap((agent: unknown) => (isPlainObject(agent) ? [agent['id']] : []))
      : [];
    return (ids.length > 0 ? ids : ['main']).flatMap((id) => (typeof id === 'string' ? [{ value: id }] : []));
  }

  private models(): Candidate[] {
    const configured = Object.entries(this.section('models', 'providers')).flatMap(([provider, entry]) => {
      const models = isPlainObject(entry) && Array.isArray(entry['models']) ? entry['models'] : [];
      return models.flatMap((model: unknown) => (isPlainObject(model) ? [`${provider}/${String(model['id'])}`] : []));
    });
    const usable = MODEL_CATALOG.filter(
      ({ id, keyVariables }) =>
        this.section('models', 'providers')[id] !== undefined ||
        keyVariables.some((variable) => this.env.get(variable) !== undefined),
    );
    const known = usable.flatMap(({ id, models }) => models.map((model) => `${id}/${model.id}`));
    return [...new Set([...configured, ...known])].map((value) => ({ value }));
  }

  private skills(): Candidate[] {
    const workspace = valueAt(this.config, ['agents', 'defaults', 'workspace']);
    const own = typeof workspace === 'string' ? workspace : defaultWorkspace(this.env, this.stateDir);
    const folders = [join(appRoot(), 'skills'), join(this.stateDir, 'skills'), join(own, 'skills')];
    const names = folders.flatMap((folder) => {
      try {
        return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
      } catch {
        return [];
      }
    });
    return [...new Set(names)].sort().map((value) => ({ value }));
  }

  private rows(sql: string): Candidate[] {
    if (this.env.get('OPENCLAW_DATABASE_URL') !== undefined) return [];
    const file = new SqliteFile(join(this.stateDir, 'openclaw-nest.sqlite'), { readOnly: true, timeoutMs: BUSY_MS });
    try {
      const rows = file.prepare(`${sql} limit ${MOST}`).all() as { value: string; summary: string | null }[];
      return rows.map(({ value, summary }) => ({ value, ...(summary === null ? {} : { summary }) }));
    } finally {
      file.close();
    }
  }
}

/** Paths into the configuration, two levels deep and deeper where it is written so. */
function keysOf(value: PlainObject, at: string): Candidate[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    if (!/^[\w-]+$/.test(key)) return [];
    const path = at === '' ? key : `${at}.${key}`;
    return [{ value: path }, ...(isPlainObject(inner) ? keysOf(inner, path) : [])];
  });
}
