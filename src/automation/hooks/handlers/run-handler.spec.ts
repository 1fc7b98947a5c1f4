import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BubblewrapDriver } from '../../../tools/sandbox/bubblewrap.driver';
import type { SandboxDriver } from '../../../tools/sandbox/sandbox';
import { type HandlerCall, runHandler } from './run-handler';

const driver = new BubblewrapDriver();
const nowhere: SandboxDriver = {
  name: 'none',
  unusableReason: () => Promise.resolve('bubblewrap is not installed'),
  plan: () => {
    throw new Error('nothing is planned for it');
  },
};

describe('a handler', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-handler-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const call = (code: string, more: Partial<HandlerCall> = {}, walls = { driver }): Promise<unknown> => {
    const file = join(folder, `h${Math.random()}.js`);
    writeFileSync(file, code);
    return runHandler({ file, input: { value: 20 }, readable: [folder], ...more }, walls);
  };

  it('is called with its input, as a module of either kind, and its value comes back', async () => {
    expect(await call('module.exports = ({ value }) => ({ twice: value * 2 });')).toEqual({ twice: 40 });
    expect(await call('exports.other = async ({ value }) => value + 1;', { exportName: 'other' })).toBe(21);
    const file = join(folder, 'm.mjs');
    writeFileSync(file, 'export default ({ value }) => `${value}`;');
    expect(await runHandler({ file, input: { value: 1 }, readable: [folder] }, { driver })).toBe('1');
    expect(await call('module.exports = () => undefined;')).toBeNull();
    expect(await call('console.log("by the way"); module.exports = () => "x".repeat(200_000);')).toHaveLength(200_000);
    expect(await call('module.exports = () => ({ ...process.env });', { env: { WORD: 'leaf' } })).toEqual({
      WORD: 'leaf',
    });
  });

  it.each([
    ['throws', 'module.exports = () => { throw new Error("no luck"); };', {}, ['HANDLER_FAILED', 'no luck']],
    ['exports something else', 'module.exports = 7;', {}, ['HANDLER_FAILED', 'exports no function']],
    ['runs in circles', 'module.exports = () => { for (;;); };', { timeoutMs: 600 }, ['HANDLER_TIMEOUT', '600 ms']],
    [
      'waits for ever',
      'module.exports = () => new Promise(() => setInterval(() => 0, 1000));',
      { timeoutMs: 600 },
      ['HANDLER_TIMEOUT', '600 ms'],
    ],
    [
      'eats memory',
      'module.exports = () => { const all = []; for (;;) all.push(new Array(1e5).fill({})); };',
      { memoryMb: 32 },
      ['HANDLER_ENDED', '32 MB'],
    ],
    ['leaves', 'module.exports = () => process.exit(0);', {}, ['HANDLER_ENDED', 'without an answer']],
    ['tells too much', 'module.exports = () => "x".repeat(2e6);', {}, ['HANDLER_', '']],
  ] as const)('that %s ends, and it is said how', async (_, code, more, [errorCode, words]) => {
    const error = (await call(code, more).catch((thrown: unknown) => thrown)) as { code: string; message: string };
    expect(error.code).toContain(errorCode);
    expect(error.message).toContain(words);
  });

  it('reads, writes and starts nothing but what it may', async () => {
    const tries = `const fs = require('node:fs');
      const denied = (work) => { try { work(); return 'open'; } catch (error) { return error.code; } };
      module.exports = () => [
        denied(() => fs.readFileSync('/etc/passwd')),
        denied(() => fs.writeFileSync(__filename + '.x', '')),
        denied(() => require('node:child_process').spawnSync('true')),
        denied(() => new (require('node:worker_threads').Worker)('1', { eval: true })),
        Object.keys(process.env).join(),
      ];`;
    expect(await call(tries)).toEqual([...Array.from({ length: 4 }, () => 'ERR_ACCESS_DENIED'), '']);
  });

  it('of others refuses to run where there is no sandbox; what the owner has configured runs behind Node alone', async () => {
    const file = join(folder, 'plain.js');
    writeFileSync(file, 'module.exports = () => 7;');
    const plain = { file, input: {}, readable: [folder] };
    await expect(runHandler(plain, { driver: nowhere })).rejects.toMatchObject({
      code: 'SANDBOX_MISSING',
      message: expect.stringContaining('bubblewrap is not installed') as string,
    });
    expect(await runHandler(plain, { driver: nowhere, isOwners: true })).toBe(7);
  });
});
