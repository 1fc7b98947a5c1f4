import { spawn } from 'node:child_process';
import type * as FileSystem from 'node:fs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchTree } from './tree-watch';

const MIB = 1024 * 1024;
/** Free bytes as the watch finds them, look by look; the last one stays. */
let mockFree: number[] = [];
jest.mock('node:fs', () => ({
  ...jest.requireActual<typeof FileSystem>('node:fs'),
  statfsSync: () => ({ bavail: mockFree.length > 1 ? mockFree.shift() : mockFree[0], bsize: 1 }),
}));

const AMPLE = { memoryBytes: 2 ** 40, processes: 10_000, freeDiskBytes: 0, places: [] };

describe('a room that a command fills', () => {
  it('ends the command with the reason, whichever of its folders is filled', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'room-full-'));
    const child = spawn('sleep', ['60']);
    try {
      writeFileSync(join(folder, 'big'), Buffer.alloc(2 * MIB));
      const room = { folders: [join(folder, 'missing'), folder], bytes: MIB };
      const reason = await new Promise<string>((resolve) => watchTree(child.pid ?? 0, { ...AMPLE, room }, resolve));
      expect(reason).toContain('more than 1 MiB in /tmp and the home folder of this conversation');
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a disk that is filled between two looks', () => {
  const child = spawn('sleep', ['60']);
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['performance', 'nextTick', 'setImmediate'] }));
  afterEach(() => jest.useRealTimers());
  afterAll(() => child.kill('SIGKILL'));

  /** What the watch says after so many looks. */
  const looks = (count: number, more: object): string[] => {
    const said: string[] = [];
    const stop = watchTree(child.pid ?? 0, { ...AMPLE, places: ['/'], ...more }, (reason) => said.push(reason));
    for (let look = 0; look < count && said.length === 0; look++) jest.advanceTimersByTime(200);
    stop();
    return said;
  };

  it('ends the command while there is still room for what it writes until the next look', () => {
    mockFree = [1000 * MIB, 990 * MIB, 600 * MIB];
    expect(looks(3, { freeDiskBytes: 256 * MIB })).toEqual(['less than 256 MiB left on the disk']);
    mockFree = [1000 * MIB, 900 * MIB, 800 * MIB, 700 * MIB];
    expect(looks(3, { freeDiskBytes: 256 * MIB })).toEqual([]);
  });

  it('has its room measured at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'room-burst-'));
    writeFileSync(join(folder, 'big'), Buffer.alloc(2 * MIB));
    const room = { folders: [folder], bytes: MIB };
    try {
      for (const [written, isMeasured] of [
        [MIB / 2, false],
        [2 * MIB, true],
      ] as const) {
        mockFree = [9 * MIB, 9 * MIB - written];
        const said: string[] = [];
        const stop = watchTree(child.pid ?? 0, { ...AMPLE, places: ['/'], room }, (reason) => said.push(reason));
        // Long before the room is measured by itself.
        jest.advanceTimersByTime(50);
        const turns = isMeasured ? 20_000 : 200;
        for (let turn = 0; turn < turns && said.length === 0; turn++) await new Promise(setImmediate);
        stop();
        expect(said.length > 0).toBe(isMeasured);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
