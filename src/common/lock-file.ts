import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readTextIfExists } from './atomic-file';
import { OpenclawError } from './openclaw-error';
import { type ProcessIdentity, currentProcess, isAlive } from './process-identity';
import { sleep } from './sleep';

export interface LockOwner extends ProcessIdentity {
  createdAt: string;
  [fact: string]: unknown;
}

export class LockHeldError extends OpenclawError {
  constructor(
    readonly path: string,
    readonly owner: LockOwner,
  ) {
    super(
      'LOCK_HELD',
      `${path} is held by process ${owner.pid}${owner.command ? ` (${owner.command})` : ''} since ${owner.createdAt}`,
      { retryAfterMs: 1000 },
    );
  }
}

/**
 * A lock that names its holder. A lock whose process is gone is taken over.
 * The file appears complete or not at all (written aside, then hard-linked), so that no reader sees half an owner.
 *
 * Taking over is the delicate part: between reading a dead owner and removing its file somebody else may have done so
 * and hold the lock already. So whoever wants the file of one particular owner first holds a guard that is named after
 * that owner's text (unique by its nonce), looks again, and then replaces the file by a rename. A guard is a lock like
 * any other, so a process that dies with one is taken over the same way.
 */
export class LockFile {
  private held = false;

  constructor(private readonly path: string) {}

  /** @throws LockHeldError when a living process holds it until `waitMs` have passed. */
  async acquire(facts: Record<string, unknown> = {}, waitMs = 0): Promise<void> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const owner = this.tryAcquire(facts);
      if (!owner) return;
      if (performance.now() >= deadline) throw new LockHeldError(this.path, owner);
      await sleep(100);
    }
  }

  release(): void {
    if (!this.held) return;
    this.held = false;
    rmSync(this.path, { force: true });
  }

  /** Returns the living owner, or undefined when the lock is ours now. */
  private tryAcquire(facts: Record<string, unknown>): LockOwner | undefined {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const nonce = randomBytes(8).toString('hex');
    const aside = `${this.path}.${process.pid}.${nonce}`;
    const mine = { ...currentProcess(), createdAt: new Date().toISOString(), nonce, ...facts };
    writeFileSync(aside, JSON.stringify(mine), { flag: 'wx', mode: 0o600 });
    try {
      const owner = take(this.path, aside);
      this.held = owner === undefined;
      return owner;
    } finally {
      rmSync(aside, { force: true });
    }
  }
}

/** Makes the file at `path` the one that was written aside. Returns the living owner that stands in the way, if any. */
function take(path: string, aside: string): LockOwner | undefined {
  for (;;) {
    if (linked(aside, path)) return undefined;
    const text = readTextIfExists(path);
    if (text === undefined) continue;
    const owner = ownerOf(text);
    if (owner && isAlive(owner)) return owner;
    const guard = `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
    const rival = take(guard, aside);
    if (rival) return rival;
    try {
      if (readTextIfExists(path) !== text) continue;
      const copy = `${aside}.copy`;
      linkSync(aside, copy);
      renameSync(copy, path);
      return undefined;
    } finally {
      rmSync(guard, { force: true });
    }
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The owner that a lock's text names; undefined when the text is none (a machine lost power before it was written). */
function ownerOf(text: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<LockOwner> | null;
    return typeof owner?.pid === 'number' ? (owner as LockOwner) : undefined;
  } catch {
    return undefined;
  }
}

/** Who holds a lock file, or undefined when nobody does or the file can't be read. */
export function readLockOwner(path: string): LockOwner | undefined {
  try {
    return ownerOf(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
