import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const JEST = resolve(__dirname, '../../node_modules/jest/bin/jest.js');
const HARNESS = resolve(__dirname);

/** What each spec finds, and then leaves behind. */
const SPEC = `
  const counter = require('./counter.js');
  test('finds what Node has, and nothing of another', () => {
    expect(globalThis.left).toBeUndefined();
    expect(Math.max(1, 2)).toBe(2);
    expect(JSON.parse('[1]')).toEqual([1]);
    expect(process.env.LEFT).toBeUndefined();
    expect(process.listenerCount('left')).toBe(0);
    expect(process.exitCode).toBeUndefined();
    expect(setTimeout.name).toBe('setTimeout');
    expect(new Uint8Array(Buffer.from('a')) instanceof Uint8Array).toBe(true);
    expect(counter.count).toBe(0);
    expect(expect.getState().currentTestName).toBe('finds what Node has, and nothing of another');
  });
  afterAll(() => {
    counter.count++;
    globalThis.left = true;
    globalThis.JSON = {};
    globalThis.Math = undefined;
    globalThis.fetch = () => undefined;
    process.env.LEFT = 'left';
    process.on('left', () => undefined);
    jest.useFakeTimers();
  });
`;

describe('specs that share a process', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-context-'));
    writeFileSync(join(folder, 'counter.js'), 'exports.count = 0;');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (specs: Record<string, string>): { status: number | null; stderr: string } => {
    for (const [name, text] of Object.entries(specs)) writeFileSync(join(folder, `${name}.check.js`), text);
    const config = {
      rootDir: folder,
      testMatch: ['**/*.check.js'],
      transform: {},
      testEnvironment: join(HARNESS, 'lasting-context.cjs'),
      runtime: join(HARNESS, 'cached-runtime.cjs'),
    };
    const path = join(folder, 'jest.config.json');
    writeFileSync(path, JSON.stringify(config));
    const { status, stderr } = spawnSync(process.execPath, [JEST, `--config=${path}`, '--runInBand'], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, stderr };
  };

  it('find globals, environment, listeners, timers and modules as they were', () => {
    const { status, stderr } = run({ one: SPEC, two: SPEC, three: SPEC });
    expect([status, stderr]).toEqual([0, expect.stringContaining('3 passed')]);
  });

  it('end with what they have started, also where one failed before it stopped its gateway', () => {
    const pathOfIt = join(folder, 'pid');
    const { status, stderr } = run({
      one: `
        const { ChildProcess, spawn } = require('node:child_process');
        test('leaves a gateway', () => {
          const child = spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
          (ChildProcess.gatewaysAtWork ??= new Set()).add(child);
          require('node:fs').writeFileSync(${JSON.stringify(pathOfIt)}, String(child.pid));
        });`,
    });
    expect([status, stderr]).toEqual([0, expect.stringContaining('1 passed')]);
    expect(() => process.kill(Number(readFileSync(pathOfIt, 'utf8')), 0)).toThrow('ESRCH');
  });

  it('are told where code is wrong, also in a file that was run before', () => {
    writeFileSync(join(folder, 'thrower.js'), "exports.run = () => {\n  throw new Error('on purpose');\n};");
    writeFileSync(join(folder, 'broken.js'), 'const = 1;');
    const { status, stderr } = run({
      one: "test('runs it', () => expect(() => require('./thrower.js').run()).toThrow());",
      two: "test('fails in it', () => require('./thrower.js').run());",
      three: "test('does not load it', () => require('./broken.js'));",
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/thrower\.js:2:\d+/);
    expect(stderr).toMatch(/broken\.js:1/);
    expect(stderr).toContain('2 failed, 1 passed');
  });
});
