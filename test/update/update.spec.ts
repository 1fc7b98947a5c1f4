import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type UpdateResult, type UpdateWish, runUpdate } from '../../src/operations/update/update-run';
import { checkForUpdate, isSuccess, obstacleTo } from '../../src/operations/update/update-check';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, cleanEnvironment, until, writeConfig } from '../harness/gateway-process';
import { type CliResult, runCli } from '../harness/run-cli';
import { WireClient } from '../harness/wire-client';
import { Installation } from './installation';

describe('an update', () => {
  let there: Installation;
  let stateDir: string;
  beforeEach(() => {
    there = new Installation();
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-update-test-'));
    writeConfig(stateDir, {});
  });
  afterEach(() => {
    there.remove();
    rmSync(stateDir, { recursive: true, force: true });
  });

  const env = (): NodeJS.ProcessEnv => cleanEnvironment({ HOME: stateDir });
  const update = (more: Partial<UpdateWish> = {}): Promise<UpdateResult> =>
    runUpdate({
      env: env(),
      channel: 'dev',
      requireSigned: false,
      stateDir,
      configPath: join(stateDir, 'openclaw.json'),
      root: there.root,
      ...more,
    });
  const version = (): string =>
    (JSON.parse(readFileSync(join(there.root, 'package.json'), 'utf8')) as { version: string }).version;
  /** Nothing of a trial is left, and the installation still runs. */
  const expectWhole = (wanted: string): void => {
    expect(version()).toBe(wanted);
    expect(readdirSync(there.root).filter((name) => name.startsWith('.openclaw-update'))).toEqual([]);
    expect(there.git(there.root, 'worktree', 'list').trim().split('\n')).toHaveLength(1);
    const printed = execFileSync(process.execPath, [there.program, '--version'], { encoding: 'utf8', env: env() });
    expect(printed.trim()).toBe(wanted);
  };

  it('is seen, and nothing is changed by looking', async () => {
    expect((await checkForUpdate(env(), 'dev', there.root)).available).toBeNull();
    const commit = there.release('1.1.0');
    const before = there.head();
    expect(await checkForUpdate(env(), 'dev', there.root)).toMatchObject({
      mode: 'git',
      commit: before,
      available: { channel: 'dev', commit, latestVersion: commit.slice(0, 12) },
    });
    expect(there.head()).toBe(before);
    expectWhole('1.0.0');
  });

  it('comes by the name of a release, and a look beforehand changes nothing', async () => {
    const wanted = there.release('1.9.0', { tag: 'v1.9.0' });
    there.release('1.10.0', { tag: 'v1.10.0' });
    expect((await checkForUpdate(env(), 'dev', there.root, '1.9.0')).available).toMatchObject({ commit: wanted });
    expect(await checkForUpdate(env(), 'dev', there.root, 'v7')).toMatchObject({
      available: null,
      reason: 'no-such-tag',
    });
    const cli = (...args: string[]): Promise<CliResult> =>
      runCli(['update', ...args], { program: there.program, env: { HOME: stateDir, OPENCLAW_STATE_DIR: stateDir } });
    const before = there.head();
    const seen = await cli('--tag', 'v1.9.0', '--dry-run', '--json');
    expect([seen.code, JSON.parse(seen.stdout)]).toEqual([
      0,
      expect.objectContaining({
        dryRun: true,
        wouldUpdate: true,
        available: expect.objectContaining({ commit: wanted }) as object,
      }),
    ]);
    expect((await cli('--dry-run')).stdout).toContain('Nothing was changed.');
    writeFileSync(join(there.root, 'package-lock.json'), '{}');
    expect(await obstacleTo(env(), there.root)).toBe('changed');
    expect(JSON.parse((await cli('--tag', '1.9.0', '--dry-run', '--json')).stdout)).toMatchObject({
      wouldUpdate: false,
      obstacle: 'changed',
    });
    there.git(there.root, 'checkout', '--', 'package-lock.json');
    expect(there.head()).toBe(before);
    expect(await update({ tag: 'v1.9.0' })).toMatchObject({ status: 'ok', after: { commit: wanted, tag: 'v1.9.0' } });
    expectWhole('1.9.0');
  });

  it('comes by release on stable and beta, the newest by its number', async () => {
    expect(await checkForUpdate(env(), 'stable', there.root)).toMatchObject({ available: null, reason: 'no-release' });
    there.release('1.9.0', { tag: 'v1.9.0' });
    const stable = there.release('1.10.0', { tag: 'v1.10.0' });
    const beta = there.release('1.11.0-beta.2', { tag: 'v1.11.0-beta.2' });
    there.release('1.12.0');
    expect((await checkForUpdate(env(), 'stable', there.root)).available).toMatchObject({
      latestVersion: '1.10.0',
      commit: stable,
    });
    expect((await checkForUpdate(env(), 'beta', there.root)).available).toMatchObject({
      latestVersion: '1.11.0-beta.2',
      commit: beta,
    });
    const done = await update({ channel: 'stable' });
    expect(done).toMatchObject({ status: 'ok', after: { commit: stable, tag: 'v1.10.0' } });
    expect(done.steps.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['build', 'trial run', 'ask it', 'switch']),
    );
    // What the trial printed would let one in.
    expect(JSON.stringify(done)).not.toContain('token=');
    expect(existsSync(join(there.root, 'dist', 'stamp-of-the-test'))).toBe(true);
    expectWhole('1.10.0');
    expect(await update({ channel: 'stable' })).toMatchObject({ status: 'skipped', reason: 'up-to-date' });
  });

  it('is left alone where something of one’s own would be lost', async () => {
    writeFileSync(join(there.root, 'package.json'), '{"version":"1.0.0","mine":1}');
    there.release('1.1.0');
    const changed = await update();
    expect(changed).toMatchObject({ status: 'skipped', reason: 'changed' });
    expect([isSuccess(changed), isSuccess({ status: 'skipped', reason: 'up-to-date' })]).toEqual([false, true]);
    there.git(there.root, '-c', 'user.name=T', '-c', 'user.email=t@example.org', 'commit', '-qam', 'mine');
    expect(await update()).toMatchObject({ status: 'skipped', reason: 'diverged' });
    expect(version()).toBe('1.0.0');
  });

  it('leaves the old release as it was when the new one does not build, does not start or refuses the configuration', async () => {
    const before = there.head();
    there.release('1.1.0', { build: "throw new Error('a fault of the build')" });
    const broken = await update();
    expect(broken).toMatchObject({ status: 'error', reason: 'build-failed', before: { commit: before } });
    expect(JSON.stringify(broken.steps)).toContain('a fault of the build');
    there.release('1.2.0', { build: "writeFileSync('dist/bundle/loader.js', 'process.exit(3)');" });
    expect(await update({ configPath: join(stateDir, 'none.json') })).toMatchObject({ reason: 'does-not-start' });
    expect(await update()).toMatchObject({ reason: 'config-invalid' });
    expect(there.head()).toBe(before);
    expectWhole('1.0.0');
    there.release('1.3.0');
    expect(await update()).toMatchObject({ status: 'ok' });
    expectWhole('1.3.0');
  });

  it('has to be signed where that is asked for', async () => {
    const key = join(stateDir, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    writeFileSync(join(stateDir, 'signers'), `tester@example.org ${readFileSync(`${key}.pub`, 'utf8')}`);
    there.git(there.root, 'config', 'gpg.format', 'ssh');
    there.git(there.root, 'config', 'gpg.ssh.allowedSignersFile', join(stateDir, 'signers'));
    there.release('1.1.0');
    expect(await update({ requireSigned: true })).toMatchObject({ status: 'error', reason: 'unsigned' });
    expectWhole('1.0.0');
    there.release('1.2.0', { sign: key });
    expect(await update({ requireSigned: true })).toMatchObject({ status: 'ok' });
    expectWhole('1.2.0');
  });

  it('says so where this is no clone, and where the repository can’t be reached', async () => {
    there.git(there.root, 'remote', 'set-url', 'origin', join(stateDir, 'nowhere'));
    await expect(update()).rejects.toMatchObject({ code: 'UPDATE_UNREACHABLE' });
    rmSync(join(there.root, '.git'), { recursive: true });
    expect(await update()).toMatchObject({ status: 'skipped', mode: 'unknown', reason: 'not-a-git-checkout' });
  });

  it('is done by the running gateway: the new release takes its place and tells the chat', async () => {
    const models = await FakeModels.start();
    const gateway = await GatewayProcess.start({
      entry: there.program,
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      },
      env: { HOME: stateDir },
    });
    try {
      const cli = (...args: string[]) =>
        runCli(args, {
          program: there.program,
          env: { HOME: stateDir, OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
          timeoutMs: 120_000,
        });
      const client = await WireClient.connected(gateway.url);
      await client.call('chat.send', { sessionKey: 'main', message: 'hello', idempotencyKey: '1' });
      await client.event('chat', (payload) => payload['state'] === 'final');
      there.release('1.1.0');
      expect(JSON.parse((await cli('update', 'status', '--json')).stdout)).toMatchObject({
        available: { channel: 'dev' },
        channel: { value: 'dev', source: 'default' },
        availability: { available: true, hasGitUpdate: true },
      });
      const unasked = await cli('update');
      expect(unasked).toMatchObject({ code: 2 });
      expect(unasked.stderr).toContain('--yes');
      const done = await cli('update', '--yes');
      expect(done.stdout + done.stderr).toMatch(/Updated to [0-9a-f]{12}\. The gateway restarts with it\./);
      expect((await client.closing()).code).toBe(1012);
      const running = async (): Promise<string | undefined> => {
        const { stdout } = await cli('gateway', 'status', '--json');
        return stdout === '' ? undefined : (JSON.parse(stdout) as { version?: string }).version;
      };
      await until('the new release', async () => (await running()) === '1.1.0');
      expectWhole('1.1.0');
      const next = await WireClient.connected(gateway.url);
      await until('the note', async () =>
        JSON.stringify((await next.call('chat.history', { sessionKey: 'main' })).payload).includes('update.run'),
      );
      const newest = there.release('1.2.0');
      models.answer = ({ toolResults }) => ({
        steps:
          toolResults === 0 ? [{ tool: { name: 'gateway', args: { action: 'update.run' } } }] : [{ text: 'Done.' }],
      });
      await next.call('chat.send', { sessionKey: 'main', message: 'update yourself', idempotencyKey: '2' });
      const [asked] = [(await next.event('exec.approval.requested')).payload as { id: string }];
      expect(there.head()).not.toBe(newest);
      await next.call('exec.approval.resolve', { id: asked.id, decision: 'allow-once' });
      await next.closing();
      await until('the newest release', async () => (await running()) === '1.2.0');
      expectWhole('1.2.0');
    } finally {
      await gateway.stop();
      await models.stop();
    }
    await until('the end of both processes', () => !existsSync(join(gateway.stateDir, 'openclaw-nest.sqlite.owner')));
  });
});
