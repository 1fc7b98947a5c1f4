import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliWorker } from '../../harness/cli-worker';
import { CliBench, refused } from '../../harness/cli-bench';
import type { CliResult } from '../../harness/run-cli';
import type { ToolBench } from '../../harness/tool-bench';

/** Flags of commands about the gateway itself: its state, its service, its plugins, its releases. */
describe('flags about the gateway', () => {
  let all: CliBench;
  let cli: CliWorker;
  let bench: ToolBench;
  let folder: string;
  beforeAll(async () => {
    all = await CliBench.start();
    ({ bench, cli, folder } = all);
  });
  afterAll(() => all.stop());
  const run = (...args: string[]): Promise<CliResult> => all.run(...args);
  const json = (...args: string[]): Promise<unknown> => all.json(...args);

  it('gateway status --no-probe --deep', async () => {
    expect(await json('gateway', 'status', '--no-probe')).toMatchObject({ running: true, probed: false });
    expect((await run('gateway', 'status', '--no-probe')).stdout).toMatch(
      /^process \d+ holds the lock; it was not asked\n$/,
    );
    expect(await json('gateway', 'status', '--deep')).toMatchObject({
      running: true,
      services: [
        { scope: 'user', state: expect.any(String) as string },
        { scope: 'system', state: expect.any(String) as string },
      ],
      problems: expect.any(Array) as object[],
    });
    expect((await run('gateway', 'status', '--deep')).stdout).toContain('\nservice (user): ');
    const none = { OPENCLAW_STATE_DIR: folder };
    expect(await cli.runWith(none, 'gateway', 'status', '--no-probe')).toMatchObject({
      code: 69,
      stdout: 'not running\n',
    });
    expect(await run('gateway', 'status', '--no-probe', '--url', 'ws://127.0.0.1:1')).toEqual(
      refused(2, 'no lock here'),
    );
  });

  it('gateway run --reset is for the profile dev alone', async () => {
    expect(await run('gateway', 'run', '--reset')).toEqual(refused(2, '--reset removes everything'));
    expect(existsSync(join(bench.gateway.stateDir, 'openclaw.json'))).toBe(true);
    // Whoever works on it now keeps it.
    expect(await cli.runWith({ OPENCLAW_PROFILE: 'dev' }, 'gateway', 'run', '--reset')).toEqual(
      refused(1, 'the gateway runs'),
    );
  });

  it('gateway install --runtime --token', async () => {
    expect(await run('gateway', 'install', '--runtime', 'bun')).toEqual(refused(2, '--runtime must be one of node'));
    expect(await run('gateway', 'install', '--token', 'a b')).toEqual(
      refused(2, '--token must be of visible characters'),
    );
  });

  it('backup create --dry-run writes nothing', async () => {
    const output = join(folder, 'all.tar.gz');
    expect(await json('backup', 'create', '--dry-run', '--output', output)).toMatchObject({
      dryRun: true,
      path: output,
      files: expect.any(Number) as number,
      bytes: expect.any(Number) as number,
      database: 'sqlite',
    });
    expect((await run('backup', 'create', '--dry-run', '--output', output)).stdout).toContain('nothing was written');
    expect(existsSync(output)).toBe(false);
    writeFileSync(output, '');
    expect((await run('backup', 'create', '--dry-run', '--output', output)).stderr).toContain('is there already');
    const none = await cli.runWith(
      { OPENCLAW_STATE_DIR: folder, OPENCLAW_GATEWAY_PORT: '1' },
      'backup',
      'create',
      '--dry-run',
    );
    expect([none.code, none.stdout]).toEqual([0, expect.stringMatching(/would come into .*; nothing was written\n$/)]);
  });

  it('sandbox recreate --agent --browser', async () => {
    const room = (id: string): string => join(bench.gateway.stateDir, 'cache', 'sandbox', id);
    await bench.turn([{ name: 'exec', args: { command: 'touch /tmp/mine' } }], { sessionKey: 'boxed' });
    mkdirSync(join(room('left-behind'), 'tmp'), { recursive: true });
    const recreate = (...args: string[]): Promise<CliResult> => run('sandbox', 'recreate', ...args);
    expect(await recreate('--agent', 'main')).toEqual(refused(2, 'say --force'));
    expect(await recreate('--agent', 'main', '--all', '--force')).toEqual(refused(2, 'one of --session'));
    expect(await recreate('--agent', 'bob', '--force')).toEqual(refused(1, 'unknown agent id "bob"'));
    expect(await recreate('--agent', 'main', '--browser', '--force')).toMatchObject({
      code: 1,
      stdout: 'there was no browser\n',
    });
    // What no conversation has any more is of no agent.
    await recreate('--agent', 'main', '--force');
    expect(readdirSync(room(''))).toEqual(['left-behind']);
  });

  it('agent --verbose --local', async () => {
    bench.models.answer = () => ({ steps: [{ text: 'Good morning.' }] });
    const said = ['agent', '-m', 'hello', '--session', 'loud'];
    expect((await run(...said, '--verbose', 'on')).stdout).toContain('Good morning.');
    expect(await json('sessions', 'show', 'loud')).toMatchObject({ verboseLevel: 'on' });
    expect((await run(...said, '--verbose', 'off')).code).toBe(0);
    expect(await json('sessions', 'show', 'loud')).toMatchObject({ verboseLevel: 'off' });
    expect(await run(...said, '--verbose', 'loud')).toEqual(refused(2, '--verbose must be one of on, off'));
    expect(await run(...said, '--local')).toEqual(refused(2, 'leave --local out'));
  });

  it('sessions list --store', async () => {
    const store = join(folder, 'sessions.json');
    const entry = (updatedAt: number, more: object = {}): object => ({ sessionId: 's', updatedAt, ...more });
    writeFileSync(
      store,
      JSON.stringify({
        'agent:main:main': entry(Date.now() - 60_000, { model: 'gpt-5.4', totalTokens: 12 }),
        'agent:main:telegram:group:-5': entry(1000),
        'agent:work:main': entry(2000),
      }),
    );
    expect(await json('sessions', 'list', '--store', store)).toMatchObject({
      count: 3,
      sessions: [
        { key: 'agent:main:main', kind: 'direct', model: 'gpt-5.4', totalTokens: 12 },
        { key: 'agent:work:main' },
        { key: 'agent:main:telegram:group:-5', kind: 'group' },
      ],
    });
    expect(await json('sessions', 'list', '--store', store, '--active', '5')).toMatchObject({ count: 1 });
    expect(await json('sessions', '--store', store, '--agent', 'work')).toMatchObject({
      sessions: [{ key: 'agent:work:main' }],
    });
    expect(await json('sessions', 'list', '--store', store, '--limit', '2')).toMatchObject({ count: 2 });
    writeFileSync(store, '[]');
    expect(await run('sessions', 'list', '--store', store)).toEqual(refused(2, 'is no sessions.json'));
    expect(await run('sessions', 'list', '--store', join(folder, 'no'))).toEqual(refused(2, 'that can be read'));
    writeFileSync(store, 'SQLite format 3\0');
    expect(await run('sessions', 'list', '--store', store)).toEqual(refused(2, 'is a database'));
  });

  it('update --tag --dry-run', async () => {
    expect(await run('update', '--tag', 'v1', '--channel', 'beta', '--dry-run')).toEqual(
      refused(2, 'one of --tag and --channel'),
    );
    expect(await run('update', '--tag', '-x')).toEqual(refused(2, '--tag'));
  });

  it('doctor --force --deep --generate-gateway-token', async () => {
    expect(await run('doctor', '--force')).toEqual(refused(2, 'add --fix'));
    bench.models.answer = () => ({ steps: [], status: 401, body: { error: { message: 'no' } } });
    const codes = async (...args: string[]): Promise<string[]> =>
      ((await json('doctor', ...args)) as { findings: { code: string }[] }).findings.map(({ code }) => code);
    expect(await codes('--deep')).toContain('trying.model');
    expect(await codes()).not.toContain('trying.model');
    bench.models.answer = () => ({ steps: [{ text: 'yes' }] });
    expect(await codes('--deep')).toContain('trying.ok');

    const state = join(folder, 'state');
    mkdirSync(state);
    writeFileSync(join(state, 'openclaw.json'), '{ gateway: { mode: "local", auth: { mode: "token" } } }');
    const there = { OPENCLAW_STATE_DIR: state, OPENCLAW_GATEWAY_PORT: '1', OPENCLAW_GATEWAY_TOKEN: '' };
    const fixed = async (): Promise<string[]> =>
      (
        JSON.parse((await cli.runWith(there, 'doctor', '--generate-gateway-token', '--json')).stdout) as {
          fixed: string[];
        }
      ).fixed;
    expect(await fixed()).toEqual([expect.stringContaining('gateway.auth.token is set')]);
    expect(await fixed()).toEqual([]);
    expect((await cli.runWith(there, 'doctor', '--fix', '--force', '--json')).code).not.toBe(2);
  });

  it('onboard --skip-skills --skip-ui', async () => {
    const there = { OPENCLAW_STATE_DIR: join(folder, 'new'), OPENCLAW_GATEWAY_PORT: '1' };
    const flags = ['--non-interactive', '--accept-risk', '--auth-choice', 'skip', '--skip-skills', '--skip-ui'];
    expect(await cli.runWith(there, 'onboard', ...flags)).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'new', 'skills'))).toBe(false);
  });

  // Plugins make the gateway start anew, so this comes last.
  it('plugins install --link and update --dry-run', async () => {
    const write = (place: string, id: string, version: string): string => {
      const source = join(folder, place);
      mkdirSync(source, { recursive: true });
      writeFileSync(join(source, 'openclaw.plugin.json'), JSON.stringify({ id, version, configSchema: {} }));
      return source;
    };
    const linked = write('linked', 'a-link', '1.0.0');
    expect((await run('plugins', 'install', '--link', linked)).stdout).toMatch(/^a-link is loaded from .*linked\n/);
    expect(await json('plugins', 'list')).toMatchObject({
      plugins: [{ id: 'a-link', folder: linked, origin: 'config' }],
    });
    expect(await run('plugins', 'install', linked, '--link')).toEqual(refused(1, 'is there already'));
    expect(await run('plugins', 'install', '--link', join(folder, 'nowhere'))).toMatchObject({ code: 1 });

    const source = write('copied', 'a-copy', '1.0.0');
    expect((await run('plugins', 'install', source)).code).toBe(0);
    write('copied', 'a-copy', '1.1.0');
    expect(await json('plugins', 'update', 'a-copy', '--dry-run')).toEqual({
      dryRun: true,
      plugins: [{ id: 'a-copy', version: '1.1.0', changed: true }],
    });
    expect((await run('plugins', 'update', '--all', '--dry-run')).stdout).toBe(
      'a-copy would become 1.1.0; nothing was changed\n',
    );
    expect(await json('plugins', 'info', 'a-copy')).toMatchObject({ manifest: { version: '1.0.0' } });
    await run('plugins', 'update', 'a-copy');
    expect(await json('plugins', 'info', 'a-copy')).toMatchObject({ manifest: { version: '1.1.0' } });
    expect((await run('plugins', 'update', 'a-copy', '--dry-run')).stdout).toBe('a-copy 1.1.0 is as it was\n');
    expect((await run('plugins', 'update', 'a-link')).code).toBe(2);
  });
});
