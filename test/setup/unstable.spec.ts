import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const JEST_TWICE = resolve(__dirname, '../../scripts/jest-twice.mjs');

/** A test that notes each of its runs and fails as long as there are fewer of them than it wants. */
const failsUntil = (run: number): string => `
  const { appendFileSync, readFileSync } = require('node:fs');
  test('passes at run ${run}', () => {
    const runs = __filename + '.runs';
    appendFileSync(runs, '.');
    expect(readFileSync(runs, 'utf8').length).toBeGreaterThanOrEqual(${run});
  });
`;

describe('a whole run in CI', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-unstable-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (files: Record<string, string>): { status: number | null; stderr: string } => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const config = join(folder, 'jest.config.cjs');
    writeFileSync(
      config,
      `module.exports = { rootDir: ${JSON.stringify(folder)}, testMatch: ['**/*.check.js'], transform: {}, maxWorkers: 1 };`,
    );
    const { status, stderr } = spawnSync(process.execPath, [JEST_TWICE, `--config=${config}`], { encoding: 'utf8' });
    return { status, stderr };
  };

  it('passes where everything passes, and runs nothing twice', () => {
    const { status, stderr } = run({ 'good.check.js': failsUntil(1) });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('once more')]);
  });

  it('names what passed at the second try only', () => {
    const { status, stderr } = run({ 'good.check.js': failsUntil(1), 'shaky.check.js': failsUntil(2) });
    expect(status).toBe(0);
    expect(stderr).toMatch(/Unstable: failed in the run, passed when they were run alone:\n.*shaky\.check\.js\n$/);
    expect(stderr.split('Unstable')[1]).not.toContain('good.check.js');
  });

  it('fails where something fails twice', () => {
    const { status, stderr } = run({ 'bad.check.js': failsUntil(3), 'shaky.check.js': failsUntil(2) });
    expect(status).toBe(1);
    expect(stderr.split('Failed twice')[1]).toContain('bad.check.js');
    expect(stderr.split('Failed twice')[1]).not.toContain('shaky.check.js');
  });

  it('tries nothing again that guards against lost work', () => {
    const { status, stderr } = run({ 'test/crash/shaky.check.js': failsUntil(2) });
    expect([status, stderr]).toEqual([1, expect.not.stringContaining('once more')]);
  });

  it('tries nothing again where much fails: that is no accident', () => {
    const files = Array.from({ length: 9 }, (_, index) => [`shaky-${index}.check.js`, failsUntil(2)] as const);
    const { status, stderr } = run(Object.fromEntries(files));
    expect([status, stderr]).toEqual([1, expect.not.stringContaining('once more')]);
  });
});
