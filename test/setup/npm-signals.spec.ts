import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { OPENCLAW, cleanEnvironment, freePort, until, writeConfig } from '../harness/gateway-process';

const ROOT = resolve(__dirname, '../..');

/** Whether something else could listen there now. */
function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
      .once('error', () => done(false))
      .listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

describe('signals to what started the gateway', () => {
  let stateDir: string;
  let port: number;
  let child: ChildProcess | undefined;
  const env = (): Record<string, string> =>
    cleanEnvironment({ OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(port), OPENCLAW_UI_PORT: '0' });
  const isUp = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(1000) }).then(
      (response) => response.ok,
      () => false,
    );
  const lockOwner = (): number | undefined => {
    const lock = readdirSync(stateDir).find((name) => name.endsWith('.lock'));
    if (lock === undefined) return undefined;
    return (JSON.parse(readFileSync(join(stateDir, lock), 'utf8')) as { pid: number }).pid;
  };

  beforeEach(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-signals-'));
    port = await freePort();
    writeConfig(stateDir, {});
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    const pid = existsSync(stateDir) ? lockOwner() : undefined;
    if (pid !== undefined) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
    await until('the port is free', () => isFree(port));
    rmSync(stateDir, { recursive: true, force: true });
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('%s to "npm start" ends the gateway too', async (signal) => {
    child = spawn('npm', ['start'], { cwd: ROOT, env: env(), stdio: 'ignore' });
    await until('the gateway is up', isUp);
    const ended = new Promise((done) => child?.once('exit', done));
    child.kill(signal);
    await ended;
    await until('port and lock are free', async () => lockOwner() === undefined && (await isFree(port)));
  });

  it('leaves a gateway alone that was not started by npm, when its parent goes', async () => {
    const script = `require('node:child_process').spawn(process.execPath, [${JSON.stringify(OPENCLAW)}, 'gateway', 'run'], { stdio: 'ignore' }); setInterval(() => {}, 1000);`;
    child = spawn(process.execPath, ['-e', script], { env: env(), stdio: 'ignore' });
    await until('the gateway is up', isUp);
    const ended = new Promise((done) => child?.once('exit', done));
    child.kill('SIGKILL');
    await ended;
    await new Promise((next) => setTimeout(next, 2500));
    expect(await isUp()).toBe(true);
  });
});
