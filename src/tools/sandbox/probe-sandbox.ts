import { type AddressInfo, createServer } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { quoted } from '../../common/cli/own-commands';
import { BubblewrapDriver } from './bubblewrap.driver';
import type { SandboxDriver } from './sandbox';
import { startPlan } from './start-plan';

export interface SandboxProbe {
  what: string;
  expected: 'works' | 'refused';
  ok: boolean;
  /** What happened instead. */
  seen: string;
}

const TIMEOUT_SECONDS = 10;

/** Starts a command for each probe as the assistant's are started, and looks what it can do. */
export async function probeSandbox(
  driver: SandboxDriver = new BubblewrapDriver(),
): Promise<{ driver: string; reason?: string; probes: SandboxProbe[] }> {
  const reason = await driver.unusableReason();
  if (reason !== undefined) return { driver: driver.name, reason, probes: [] };
  const workspace = mkdtempSync(join(tmpdir(), 'openclaw-sandbox-test-'));
  const outside = mkdtempSync(join(homedir(), '.openclaw-sandbox-test-'));
  const server = createServer((socket) => socket.end('reached'));
  try {
    writeFileSync(join(outside, 'note'), 'outside');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const connect = `require("net").connect(${port},"127.0.0.1").on("connect",()=>process.exit(0)).on("error",()=>process.exit(1))`;
    const tries: [what: string, expected: SandboxProbe['expected'], line: string][] = [
      ['write to the workspace', 'works', 'echo x > written && cat written'],
      ['write to /tmp', 'works', 'echo x > /tmp/written'],
      ['run a program', 'works', `${quoted(process.execPath)} -e 0`],
      ['read a file of your home folder', 'refused', `cat ${quoted(join(outside, 'note'))}`],
      ['write to the system', 'refused', 'echo x > /usr/openclaw-sandbox-test'],
      ['connect to a port of this machine', 'refused', `${quoted(process.execPath)} -e ${quoted(connect)}`],
      ['see processes outside', 'refused', `test -e /proc/${process.pid}/root && kill -0 ${process.pid}`],
      ['make a user namespace', 'refused', 'unshare --user true'],
    ];
    const probes: SandboxProbe[] = [];
    for (const [what, expected, line] of tries) {
      const code = await exitOf(driver, line, workspace);
      const worked = code === 0;
      probes.push({
        what,
        expected,
        ok: worked === (expected === 'works'),
        seen: worked ? 'it worked' : `exit code ${code}`,
      });
    }
    return { driver: driver.name, probes };
  } finally {
    server.close();
    rmSync(workspace, { recursive: true, force: true });
    rmSync(outside, { recursive: true, force: true });
  }
}

function exitOf(driver: SandboxDriver, line: string, workspace: string): Promise<number> {
  const plan = driver.plan({
    argv: ['/bin/sh', '-c', line],
    cwd: workspace,
    workspace,
    writable: true,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    network: false,
    timeoutSeconds: TIMEOUT_SECONDS,
    programs: [process.execPath],
  });
  return new Promise((resolve, reject) => {
    const child = startPlan(plan);
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_SECONDS * 1000);
    child.stdout?.resume();
    child.stderr?.resume();
    child.stdin?.end();
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code ?? -1);
    });
  });
}
