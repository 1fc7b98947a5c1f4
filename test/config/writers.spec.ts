import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import JSON5 from 'json5';

/** `WRITERS_FULL=1`: 500 kills, and 20 writers with 50 changes each; that takes some minutes. */
const IS_FULL = process.env['WRITERS_FULL'] === '1';
const KILLS = IS_FULL ? 500 : 40;
const CHANGES = IS_FULL ? 50 : 5;
const AT_ONCE = 4;

interface Writer {
  child: ChildProcess;
  out: () => string;
  done: Promise<number | null>;
}

describe('the configuration file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-writers-'));
    writeFileSync(join(folder, 'openclaw.json'), '// kept\n{ "logging": { "level": "info" } }\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const text = (): string => readFileSync(join(folder, 'openclaw.json'), 'utf8');
  const keys = (): Record<string, string> =>
    (JSON5.parse<{ env?: { vars?: Record<string, string> } }>(text()).env?.vars ?? {}) as Record<string, string>;
  /** Waits until the writers have confirmed so many changes between them, so that kills fall at different depths. */
  const lines = (writers: Writer[], count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (writers.reduce((sum, { out }) => sum + out().split('\n').length - 1, 0) >= count) resolve();
      };
      for (const { child } of writers) child.stdout?.on('data', look);
    });
  const writer = (names: string, count: number): Writer => {
    let out = '';
    const child = spawn(process.execPath, [join(__dirname, 'writer-child.cjs'), folder, names, String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    return { child, out: () => out, done: new Promise((resolve) => child.once('close', resolve)) };
  };

  it('holds every change of twenty writers in four processes', async () => {
    const groups = [0, 1, 2, 3].map((process) => [0, 1, 2, 3, 4].map((index) => `${process}x${index}`).join(','));
    const writers = groups.map((names) => writer(names, CHANGES));
    expect(await Promise.all(writers.map(({ done }) => done))).toEqual([0, 0, 0, 0]);
    expect(Object.keys(keys())).toHaveLength(20 * CHANGES);
    expect(text()).toContain('// kept');
  }, 240_000);

  it(`is readable, with every change that was confirmed, after each of ${KILLS} kills`, async () => {
    const confirmed = new Set<string>();
    for (let killed = 0; killed < KILLS; killed += AT_ONCE) {
      const writers = Array.from({ length: AT_ONCE }, (_, index) => writer(`${killed + index}`, 3));
      await lines(writers, 1 + ((killed / AT_ONCE) % 4));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      for (const { child } of writers) child.kill('SIGKILL');
      await Promise.all(writers.map(({ done }) => done));
      for (const { out } of writers)
        for (const line of out().split('\n').slice(0, -1)) confirmed.add(`W_${line.replace(' ', '_')}`);
      expect(() => keys()).not.toThrow();
    }
    const present = keys();
    expect([...confirmed].filter((key) => !(key in present))).toEqual([]);
    expect(confirmed.size).toBeGreaterThan(KILLS / AT_ONCE);
    expect(text()).toContain('// kept');
  }, 300_000);
});
