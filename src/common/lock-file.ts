import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { readTextIfExists } from './atomic-file';
import { OpenclawError } from './openclaw-error';
import { type ProcessIdentity, currentProcess, isAlive } from './process-identity';
import { sleep } from './sleep';

/** How often a holder shows that it is there, and after how long without a sign one of another machine counts as gone. */
const SIGN_MS = 15_000;
const GONE_MS = 60_000;

export interface LockOwner extends ProcessIdentity {
  createdAt: string;
  /** Machine or container that the process number belongs to. */
  host?: string;
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
 * A lock that names its holder. A lock whose process is gone is taken over. Whether a process of another machine or container,
 * on a shared volume, is gone can't be looked up: it counts as there as long as its lock file shows signs of it.
 * The file appears complete or not at all (written aside, then hard-linked), so that no reader sees half an owner.
 *
 * Taking over is the delicate part: between reading a dead owner and removing its file somebody else may have done so
 * and hold the lock already. So whoever wants the file of one particular owner first holds a guard that is named after
 * that owner's text (unique by its nonce), looks again, and then replaces the file by a rename. A guard is a lock like
 * any other, so a process that dies with one is taken over the same way.
 */
export class LockFile {
  /** Text of the file while the lock is ours. */
  private mine: string | undefined;
  private timer: NodeJS.Timeout | undefined;

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

  /** Lets go of it; a lock that somebody else has taken over meanwhile is left alone. */
  release(): void {
    const { mine } = this;
    if (mine === undefined) return;
    this.mine = undefined;
    clearInterval(this.timer);
    if (readTextIfExists(this.path) === mine) rmSync(this.path, { force: true });
  }

  /**
   * Gives the file the length that it has, so that its time, by the clock of the volume, is that of now. Writing it again
   * would do the same and cost a block each time.
   */
  private showSign(): void {
    const { mine } = this;
    if (mine === undefined || readTextIfExists(this.path) !== mine) return;
    const file = openSync(this.path, 'r+');
    try {
      ftruncateSync(file, Buffer.byteLength(mine));
    } finally {
      closeSync(file);
    }
  }

  /** Returns the living owner, or undefined when the lock is ours now. */
  private tryAcquire(facts: Record<string, unknown>): LockOwner | undefined {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const aside = `${this.path}.${process.pid}.${randomBytes(8).toString('hex')}`;
    const mine = ownText(facts);
    writeFileSync(aside, mine, { flag: 'wx', mode: 0o600 });
    try {
      const owner = take(this.path, aside);
      if (owner) return owner;
      this.mine = mine;
      this.timer = setInterval(() => this.showSign(), SIGN_MS).unref();
      return undefined;
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
    if (owner && isThere(owner, path, aside)) return owner;
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

/** Times are compared as the volume gives them: clocks of machines differ. */
function isThere(owner: LockOwner, path: string, justWritten: string): boolean {
  if (owner.host === undefined || owner.host === hostname()) return isAlive(owner);
  const lastSign = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return lastSign !== undefined && statSync(justWritten).mtimeMs - lastSign < GONE_MS;
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

/**
 * Writes who holds something that another lock guards, for people to read; whoever wrote it before is replaced. Nobody looks
 * for signs of life in it, so none are given.
 * @returns removes it again, unless somebody else has written theirs meanwhile
 */
export function noteOwner(path: string): () => void {
  const text = ownText({});
  const aside = `${path}.${process.pid}.${randomBytes(8).toString('hex')}`;
  writeFileSync(aside, text, { flag: 'wx', mode: 0o600 });
  renameSync(aside, path);
  return () => {
    if (readTextIfExists(path) === text) rmSync(path, { force: true });
  };
}

const ownText = (facts: Record<string, unknown>): string =>
  JSON.stringify({
    ...currentProcess(),
    host: hostname(),
    createdAt: new Date().toISOString(),
    nonce: randomBytes(8).toString('hex'),
    ...facts,
  });

/** Who holds a lock file, or undefined when nobody does or the file can't be read. */
export function readLockOwner(path: string): LockOwner | undefined {
  try {
    return ownerOf(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
