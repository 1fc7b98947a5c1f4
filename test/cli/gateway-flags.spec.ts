import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { OPENCLAW, TEST_TOKEN, cleanEnvironment, freePort, until, writeConfig } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';

const ROOT = resolve(__dirname, '../..');
const TOKEN = 'a-token-from-the-command-line-that-is-long-enough';

describe('flags of "gateway" without "run"', () => {
  let stateDir: string;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-flags-'));
    writeConfig(stateDir, {});
  });
  afterEach(async () => {
    if (child?.exitCode === null) {
      const ended = new Promise((done) => child?.once('exit', done));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(stateDir, { recursive: true, force: true });
  });
  const env = (more: Record<string, string> = {}): Record<string, string> =>
    cleanEnvironment({ OPENCLAW_STATE_DIR: stateDir, OPENCLAW_UI_PORT: '0', ...more });

  it.each([
    ['gateway', OPENCLAW, []],
    // Set-ups made for OpenClaw start it by this name, or by the one below.
    ['gateway … run', join(ROOT, 'openclaw.mjs'), ['run']],
  ])('%s --port --bind --token are those of a run', async (_, program, tail) => {
    const port = await freePort();
    const flags = ['--port', String(port), '--bind', 'loopback', '--token', TOKEN, '--auth', 'token'];
    child = spawn(process.execPath, [program, 'gateway', ...flags, ...tail], { env: env(), stdio: 'ignore' });
    const health = (token: string): Promise<number | string> =>
      runCli(['health', '--url', `ws://127.0.0.1:${port}`, '--token', token], { env: env() }).then(({ code }) => code);
    await until('it listens', async () => (await health(TOKEN)) === 0);
    expect(await health(TEST_TOKEN)).toBe(77);
  });

  it('of start lines made for OpenClaw keep it from nothing, and what has no effect is named', async () => {
    const port = await freePort();
    const idle = ['--ws-log', 'compact', '--compact', '--tailscale-reset-on-exit', '--raw-stream', '--claude-cli-logs'];
    const flags = ['--port', String(port), '--verbose', '--tailscale', 'off', ...idle];
    child = spawn(process.execPath, [OPENCLAW, 'gateway', ...flags], {
      env: env(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('it is ready', () =>
      fetch(`http://127.0.0.1:${port}/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    for (const flag of idle.filter((word) => word.startsWith('--')))
      expect(said).toContain(`note: ${flag} has no effect here: `);
    expect(said).not.toContain('note: --tailscale has');
    const refused = await runCli(['gateway', '--tailscale', 'serve'], { env: env() });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('run "tailscale serve --bg')]);
  });

  it('"gateway" alone runs it', async () => {
    const port = await freePort();
    child = spawn(process.execPath, [join(ROOT, 'dist', 'index.js'), 'gateway'], {
      env: env({ OPENCLAW_GATEWAY_PORT: String(port) }),
      stdio: 'ignore',
    });
    const ready = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${port}/ready`).then(
        (response) => response.ok,
        () => false,
      );
    await until('it listens', ready);
  });

  it('still lists its subcommands, and does not swallow flags in front of another one', async () => {
    const help = await runCli(['gateway', '--help'], { env: env() });
    expect(help.code).toBe(0);
    for (const name of ['run', 'status', 'discover', 'install', 'stop'])
      expect(help.stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    expect(await runCli(['gateway', '--token', 'x', 'status'], { env: env() })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'error: --token stands in front of "status"; write: openclaw gateway status --token\n',
    });
    expect(await runCli(['gateway', '--port', '99999'], { env: env() })).toMatchObject({
      code: 2,
      stderr: 'error: --port must be a whole number from 0 to 65535, got "99999"\n',
    });
  });
});
