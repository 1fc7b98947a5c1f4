import { join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../../common/atomic-file';
import { LockFile } from '../../common/lock-file';
import { OpenclawError } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import type { Capabilities } from '../manifest/capabilities';

const LOCK_WAIT_MS = 5000;

/** An installed skill as the lock file keeps it. */
export interface LockedSkill {
  /** Where it came from, as it was given: folder, address, package. */
  source: string;
  kind: 'folder' | 'git' | 'archive' | 'npm' | 'proposal';
  /** Commit or version that was installed. */
  revision?: string;
  /** Hash of its content; see `hashFolder`. */
  hash: string;
  installedAt: string;
  /** Fingerprint of the key it was signed with. */
  signedBy?: string;
  publisher?: string;
  /** Findings that the owner accepted. */
  accepted?: string[];
}

/** A publisher's key, trusted since it was first seen, or no longer. */
export interface TrustedKey {
  publisher: string;
  /** Ed25519 public key, SPKI in base64. */
  key: string;
  since: string;
  trusted: boolean;
}

/** A skill that the owner has agreed to in the folder in which it was written. */
export interface AgreedSkill {
  /** Hash of all its files; see `hashFolder`. */
  hash: string;
  /** SHA-256 of the SKILL.md that was shown: what it declares is read from this text and no other. */
  textHash: string;
  agreedAt: string;
  /** What it asked for then, for people to compare; absent in older agreements. */
  capabilities?: Capabilities;
}

export interface SkillLock {
  version: 1;
  skills: Record<string, LockedSkill>;
  /** By fingerprint. */
  keys: Record<string, TrustedKey>;
  /** Skills that the owner has agreed to where they lie, by folder. */
  agreed: Record<string, AgreedSkill>;
  /** Skills that the owner does not want, whatever their source. */
  untrusted: string[];
}

const EMPTY: SkillLock = { version: 1, skills: {}, keys: {}, agreed: {}, untrusted: [] };

/** `skills/lock.json` of the state directory: what was installed, from where, with which content and key. */
export class SkillLockFile {
  readonly path: string;

  constructor(stateDir: string) {
    this.path = join(stateDir, 'skills', 'lock.json');
  }

  /** @throws OpenclawError SKILL_LOCK_INVALID: nothing installed is loaded then */
  read(): SkillLock {
    const text = readTextIfExists(this.path);
    if (text === undefined) return structuredClone(EMPTY);
    try {
      const value: unknown = JSON.parse(text);
      if (!isPlainObject(value) || value['version'] !== 1 || !isPlainObject(value['skills']))
        throw new Error('it has another shape');
      return { ...structuredClone(EMPTY), ...value } as SkillLock;
    } catch (error) {
      throw new OpenclawError(
        'SKILL_LOCK_INVALID',
        `${this.path} can't be read (${(error as Error).message}); restore it, or remove it and install the skills again`,
      );
    }
  }

  /** One change at a time, also among processes. */
  async change<T>(edit: (lock: SkillLock) => T): Promise<T> {
    const guard = new LockFile(`${this.path}.lock`);
    await guard.acquire({}, LOCK_WAIT_MS);
    try {
      const lock = this.read();
      const result = edit(lock);
      writeFileAtomic(this.path, `${JSON.stringify(lock, null, 2)}\n`);
      return result;
    } finally {
      guard.release();
    }
  }
}
