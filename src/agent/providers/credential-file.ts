import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../../common/atomic-file';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { findAgent } from '../../config/agent-entries';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { expandPath } from '../../config/state-paths';

/** Folder of what belongs to an agent and is none of its own files. */
export function agentFolder(config: OpenclawConfig, stateDir: string, agentId: string): string {
  const folder = findAgent(config, agentId)?.agentDir;
  return folder ? expandPath(folder) : join(stateDir, 'agents', agentId, 'agent');
}

/** The credentials of an agent. */
export function credentialFilePath(config: OpenclawConfig, stateDir: string, agentId: string): string {
  return join(agentFolder(config, stateDir, agentId), 'auth-profiles.json');
}

/** An entry as it stands in the file; fields that nobody here knows are kept. */
export interface StoredProfile extends Record<string, unknown> {
  type: 'api_key' | 'token';
  provider: string;
}

/** `auth-profiles.json` of an agent, as OpenClaw lays it out: `{ version, profiles, order }`. */
export class CredentialFile {
  private readonly content: Record<string, unknown>;

  /** @throws OpenclawError CREDENTIALS_UNREADABLE */
  constructor(readonly path: string) {
    const text = readTextIfExists(path);
    let parsed: unknown = {};
    try {
      if (text !== undefined) parsed = JSON.parse(text);
    } catch (error) {
      throw unreadable(path, messageOf(error));
    }
    if (!isPlainObject(parsed)) throw unreadable(path, 'it is no object');
    this.content = { version: 1, ...parsed };
  }

  get profiles(): Readonly<Record<string, StoredProfile>> {
    return this.section<StoredProfile>('profiles');
  }

  /** Profiles of a provider that are tried first, in order; undefined where the file says nothing. */
  orderOf(provider: string): string[] | undefined {
    return this.section<string[]>('order')[provider];
  }

  put(id: string, profile: StoredProfile): void {
    this.write({ profiles: { ...this.profiles, [id]: profile } });
  }

  /** Returns the entry that was there. */
  remove(id: string): StoredProfile | undefined {
    const { [id]: removed, ...profiles } = this.profiles;
    if (!removed) return undefined;
    const order = Object.fromEntries(
      Object.entries(this.section<string[]>('order')).map(([provider, ids]) => [
        provider,
        ids.filter((each) => each !== id),
      ]),
    );
    this.write({ profiles, order });
    return removed;
  }

  /** @param ids undefined: the usual order again */
  setOrder(provider: string, ids: string[] | undefined): void {
    const { [provider]: _, ...order } = this.section<string[]>('order');
    this.write({ order: ids === undefined ? order : { ...order, [provider]: ids } });
  }

  private section<T>(name: string): Record<string, T> {
    const section = this.content[name];
    return isPlainObject(section) ? (section as Record<string, T>) : {};
  }

  private write(change: Record<string, unknown>): void {
    Object.assign(this.content, change);
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    writeFileAtomic(this.path, `${JSON.stringify(this.content, null, 2)}\n`, 0o600);
  }
}

const unreadable = (path: string, reason: string): OpenclawError =>
  new OpenclawError('CREDENTIALS_UNREADABLE', `${path} can't be read: ${reason}; mend it, or move it away`);
