import { closeSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { randomBytes } from 'node:crypto';
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
    const aside = `${this.path}.${process.pid}.${randomBytes(3).toString('hex')}`;
    const file = openSync(aside, 'wx', 0o600);
    writeFileSync(file, JSON.stringify({ ...currentProcess(), createdAt: new Date().toISOString(), ...facts }));
    closeSync(file);
    try {
      for (let attempt = 0; attempt < 3; attempt++) {
        try {
          linkSync(aside, this.path);
          this.held = true;
          return undefined;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        }
        const owner = readLockOwner(this.path);
        if (owner && isAlive(owner)) return owner;
        rmSync(this.path, { force: true });
      }
      throw new OpenclawError('LOCK_CONTENDED', `${this.path} keeps changing hands; try again`, { retryAfterMs: 500 });
    } finally {
      rmSync(aside, { force: true });
    }
  }
}

/** Who holds a lock file, or undefined when nobody does or the file can't be read. */
export function readLockOwner(path: string): LockOwner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockOwner;
  } catch {
    return undefined;
  }
}
