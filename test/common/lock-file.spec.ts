import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LockFile, LockHeldError, noteOwner, readLockOwner } from '../../src/common/lock-file';

describe('a lock file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-lock-'));
    path = join(folder, 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** As a process of another container on the same volume left it; its number is one of ours or of nobody. */
  const foreign = (pid: number, ageMs: number): string => {
    const text = JSON.stringify({ pid, host: 'another-container', createdAt: new Date().toISOString(), nonce: 'x' });
    writeFileSync(path, text);
    const at = new Date(Date.now() - ageMs);
    utimesSync(path, at, at);
    return text;
  };

  it('names the machine of its holder', async () => {
    const lock = new LockFile(path);
    await lock.acquire();
    expect(readLockOwner(path)).toMatchObject({ pid: process.pid, host: hostname() });
    lock.release();
    expect(existsSync(path)).toBe(false);
  });

  it('of another container is held as long as it shows signs, though nobody here has its number', async () => {
    foreign(2 ** 22 - 3, 5000);
    await expect(new LockFile(path).acquire()).rejects.toThrow(LockHeldError);
    foreign(2 ** 22 - 3, 600_000);
    const lock = new LockFile(path);
    await lock.acquire();
    lock.release();
  });

  it('of another container is taken over when it shows none, though somebody here has its number', async () => {
    foreign(process.pid, 600_000);
    const lock = new LockFile(path);
    await lock.acquire();
    expect(readLockOwner(path)?.host).toBe(hostname());
    lock.release();
  });

  it('shows signs while it is held', async () => {
    jest.useFakeTimers();
    try {
      const lock = new LockFile(path);
      await lock.acquire();
      const text = readFileSync(path, 'utf8');
      utimesSync(path, new Date(0), new Date(0));
      jest.advanceTimersByTime(20_000);
      expect(readFileSync(path, 'utf8')).toBe(text);
      expect(statSync(path).mtimeMs).toBeGreaterThan(1_000_000);
      lock.release();
    } finally {
      jest.useRealTimers();
    }
  });

  it('that only tells who holds something is written over whoever wrote before, and never again', () => {
    jest.useFakeTimers();
    try {
      foreign(1, 0);
      const remove = noteOwner(path);
      expect(readLockOwner(path)).toMatchObject({ pid: process.pid, host: hostname() });
      utimesSync(path, new Date(0), new Date(0));
      jest.advanceTimersByTime(600_000);
      expect(statSync(path).mtimeMs).toBe(0);
      const theirs = foreign(1, 0);
      remove();
      expect(readFileSync(path, 'utf8')).toBe(theirs);
      noteOwner(path)();
      expect(existsSync(path)).toBe(false);
    } finally {
      jest.useRealTimers();
    }
  });

  it('that somebody else has taken over is not removed', async () => {
    const lock = new LockFile(path);
    await lock.acquire();
    const theirs = foreign(1, 0);
    lock.release();
    expect(readFileSync(path, 'utf8')).toBe(theirs);
  });
});
