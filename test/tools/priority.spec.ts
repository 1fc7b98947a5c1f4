import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningCommand } from '../../src/tools/processes/running-command';
import { BubblewrapDriver } from '../../src/tools/sandbox/bubblewrap.driver';
import type { SpawnPlan } from '../../src/tools/sandbox/sandbox';
import { until } from '../harness/gateway-process';

const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;
const itWithSandbox = process.env['TEST_SANDBOX'] ? it : it.skip;
const OWN_NICENESS = getPriority();
const NICENESS = Math.max(OWN_NICENESS, 10);
const HAS_SESSIONS = existsSync('/proc/self/autogroup');

/** Whether a process runs a program by now. */
function runs(program: string, pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(program);
  } catch {
    return false;
  }
}

/** A process and all below it, as far as they are there. */
function treeOf(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '))
      .filter(Boolean);
    return [pid, ...children.flatMap((child) => treeOf(Number(child)))];
  } catch {
    return [];
  }
}

interface Session {
  name: string;
  nice: number;
}

/** Session of the scheduler that a process belongs to; undefined where the process has ended. */
function sessionOf(pid: number): Session | undefined {
  const path = `/proc/${pid}/autogroup`;
  if (!existsSync(path)) return undefined;
  try {
    const [, name = '', nice] = /^(\S+) nice (\S+)/.exec(readFileSync(path, 'utf8')) ?? [];
    return { name, nice: Number(nice) };
  } catch {
    return undefined;
  }
}

describeOnLinux('what the gateway starts for others', () => {
  let folder: string;
  let command: RunningCommand | undefined;
  let tree: number[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-priority-'));
  });
  afterEach(async () => {
    for (const pid of tree) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
    await command?.ended;
    rmSync(folder, { recursive: true, force: true });
  });

  const standsBehind = async (plan: SpawnPlan, sessions: number, program = 'sleep'): Promise<void> => {
    const { pid = 0 } = (command = new RunningCommand(plan, 60_000));
    await until('the command runs', () => {
      tree = treeOf(pid);
      return tree.some((each) => runs(program, each));
    });
    // One that is not watched may have started others before it was put back itself; its session holds them all.
    const seen = plan.limits ? tree : [pid];
    await until('it stands behind', () => seen.every((each) => getPriority(each) === NICENESS));
    if (!HAS_SESSIONS) return;
    // A process of a moment may have ended since the tree was read.
    let found: (Session | undefined)[] = [];
    await until('its sessions stand behind', () => {
      found = tree.map((each) => sessionOf(each));
      return found.every((session) => session === undefined || session.nice >= NICENESS);
    });
    const names = found.flatMap((session) => session?.name ?? []);
    expect(new Set(names).size).toBe(sessions);
    expect(names).not.toContain(sessionOf(process.pid)?.name);
    expect(getPriority()).toBe(OWN_NICENESS);
  };

  itWithSandbox('stands behind it where both want the processor, in a sandbox', async () => {
    const plan = new BubblewrapDriver().plan({
      argv: ['sleep', '60'],
      cwd: folder,
      workspace: folder,
      writable: true,
      env: { PATH: '/usr/bin:/bin' },
      network: false,
      timeoutSeconds: 60,
    });
    await standsBehind(plan, 2);
  });

  it('stands behind it too when it begins a session of its own', async () => {
    const limits = { memoryBytes: 1e9, processes: 10, freeDiskBytes: 0, places: [folder] };
    const args = ['-c', 'setsid --wait sleep 60; true'];
    await standsBehind({ file: '/bin/sh', args, cwd: folder, env: { PATH: '/usr/bin:/bin' }, limits }, 2);
  });

  it('stands behind it too when it is seen first and begins another session then', async () => {
    const limits = { memoryBytes: 1e9, processes: 10, freeDiskBytes: 0, places: [folder] };
    const args = ['-c', '(sleep 0.5; exec setsid sh -c "exec sleep 60"); true'];
    const plan = { file: '/bin/sh', args, cwd: folder, env: { PATH: '/usr/bin:/bin' }, limits };
    await standsBehind(plan, 2, 'sleep\x0060');
  });

  it('stands behind it without anything that watches it', async () => {
    const args = ['-c', 'sleep 60; true'];
    await standsBehind({ file: '/bin/sh', args, cwd: folder, env: { PATH: '/usr/bin:/bin' } }, 1);
  });
});
