import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayProcess } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';

describe('openclaw reset, uninstall and docs', () => {
  let home: string;
  let stateDir: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'openclaw-uninstall-'));
    stateDir = join(home, '.openclaw');
    for (const folder of ['workspace', 'identity', 'skills']) mkdirSync(join(stateDir, folder), { recursive: true });
    for (const name of ['openclaw.json', 'secrets.json', 'workspace/SOUL.md'])
      writeFileSync(join(stateDir, name), '{}');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const there = (...names: string[]): boolean[] => names.map((name) => existsSync(join(stateDir, name)));
  const run = (...args: string[]): ReturnType<typeof runCliShared> =>
    runCliShared(args, { env: { HOME: home, OPENCLAW_STATE_DIR: stateDir } });
  const ALL = ['openclaw.json', 'secrets.json', 'skills', 'workspace/SOUL.md'];

  it.each<[string, boolean[]]>([
    ['config', [false, true, true, true]],
    ['config+creds+sessions', [false, false, true, true]],
    ['full', [false, false, false, false]],
  ])('resets %s, and before only says it', async (scope, left) => {
    expect(await run('reset', '--scope', scope, '--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('would remove'),
    });
    expect(there(...ALL)).toEqual([true, true, true, true]);
    expect(await run('reset', '--scope', scope)).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(there(...ALL)).toEqual([true, true, true, true]);
    expect(await run('reset', '--scope', scope, '--yes')).toMatchObject({ code: 0, stderr: '' });
    expect(there(...ALL)).toEqual(left);
  });

  it('uninstalls what is named: the state without the work in it, then that as well', async () => {
    expect(await run('uninstall')).toMatchObject({ code: 2, stderr: expect.stringContaining('--service') });
    expect((await run('uninstall', '--state', '--yes')).code).toBe(0);
    expect(there(...ALL)).toEqual([false, false, false, true]);
    const all = await run('uninstall', '--all', '--yes', '--json');
    expect(all.code).toBe(0);
    expect(JSON.parse(all.stdout)).toMatchObject({ notes: [expect.stringContaining('the program itself stays')] });
    expect(existsSync(stateDir)).toBe(false);
  });

  it('removes no folder that holds more than it should, and none that is not ours', async () => {
    const asState = (folder: string): ReturnType<typeof runCliShared> =>
      runCliShared(['uninstall', '--state', '--yes'], { env: { HOME: home, OPENCLAW_STATE_DIR: folder } });
    writeFileSync(join(home, 'openclaw.json'), '{}');
    expect(await asState(home)).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was removed') });
    expect(existsSync(join(home, 'openclaw.json'))).toBe(true);
    const foreign = join(home, 'photos');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'a.jpg'), '');
    expect(await asState(foreign)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('holds nothing of OpenClaw'),
    });
    expect(existsSync(join(foreign, 'a.jpg'))).toBe(true);
  });

  it('touches nothing while the gateway runs', async () => {
    const gateway = await GatewayProcess.start();
    const env = { OPENCLAW_STATE_DIR: gateway.stateDir, HOME: home };
    for (const args of [
      ['reset', '--scope', 'full', '--yes'],
      ['uninstall', '--state', '--yes'],
    ])
      expect(await runCliShared(args, { env })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('the gateway runs'),
      });
    expect(existsSync(join(gateway.stateDir, 'openclaw.json'))).toBe(true);
    await gateway.stop();
  });

  it('searches the documentation that came with the program', async () => {
    const found = await run('docs', 'uninstall', '--state');
    expect(found.code).toBe(2);
    const hits = await run('docs', 'begin', 'AGAIN', '--json');
    expect(JSON.parse(hits.stdout)).toContainEqual({
      path: 'docs/how-to/uninstall.md',
      line: 1,
      text: '# Remove it, or begin again',
    });
    expect((await run('docs')).stdout).toContain('docs/how-to/uninstall.md');
    expect(await run('docs', 'xyzzyquux')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('try fewer words'),
    });
  });
});
