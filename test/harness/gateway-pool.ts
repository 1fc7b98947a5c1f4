import { ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join, resolve } from 'node:path';

const WORKER = join(__dirname, 'gateway-worker.cjs');
const LOADER = resolve(__dirname, '../../dist/bundle/loader.js');
/** Idle processes that are kept; each holds about 200 MiB. */
const MAX_IDLE = 2;
/** Gateways that one process runs in its life. */
const MAX_RUNS = 40;
/** A shutdown takes five seconds at most. */
const HAND_BACK_MS = 20_000;

/** A process that runs one gateway after the other. */
interface Worker {
  child: ChildProcess;
  /** Variables of the machine, which parts of the program may have drawn conclusions from. */
  machine: string;
  /** State directories of its gateways: a restart on one of them is to be one of the process as well. */
  stateDirs: Set<string>;
}

/** Shared by all spec files of a Jest worker: of what they load only Node's own modules are the same for all. */
const shared = ChildProcess as unknown as { idleGateways?: Worker[] };
const workers = new WeakMap<ChildProcess, Worker>();
const idle = (): Worker[] => (shared.idleGateways ??= []);

/** A process in which a gateway starts with this environment: one that has run others, or a new one. */
export function takeProcess(env: Record<string, string>): ChildProcess {
  const machine = machineOf(env);
  const stateDir = env['OPENCLAW_STATE_DIR'] ?? '';
  const index = idle().findLastIndex(
    (each) => each.machine === machine && !each.stateDirs.has(stateDir) && each.child.exitCode === null,
  );
  const [known] = index < 0 ? [] : idle().splice(index, 1);
  const child =
    known?.child ??
    spawn(process.execPath, [WORKER, 'gateway', 'run'], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  workers.set(child, { child, machine, stateDirs: new Set([...(known?.stateDirs ?? []), stateDir]) });
  if (known) {
    setRef(child, true);
    child.send({ env });
  }
  return child;
}

/** Only what is bundled runs in such a process. */
export const canShareProcess = (): boolean => existsSync(LOADER);

/** Ends the gateway of a process and keeps the process. @returns false where the process ended too */
export async function handBack(child: ChildProcess): Promise<boolean> {
  const worker = workers.get(child);
  if (!worker || !child.connected || worker.stateDirs.size >= MAX_RUNS) return false;
  let timer: NodeJS.Timeout | undefined;
  const isKept = await new Promise<boolean>((done) => {
    let ends = 0;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        if (chunk.includes(0) && ++ends === 2) done(true);
      });
    child.once('exit', () => done(false));
    timer = setTimeout(() => done(false), HAND_BACK_MS);
    child.send({}, (error) => error && done(false));
  });
  clearTimeout(timer);
  if (!isKept) return false;
  for (const emitter of [child, child.stdout, child.stderr]) emitter?.removeAllListeners();
  for (const stream of [child.stdout, child.stderr]) stream?.resume();
  setRef(child, false);
  idle().push(worker);
  // Those of another environment would otherwise keep all that come after them from being used again.
  for (const { child: oldest } of idle().splice(0, idle().length - MAX_IDLE)) oldest.kill('SIGKILL');
  return true;
}

/** Whether this program waits for it before it ends. */
function setRef(child: ChildProcess, isOn: boolean): void {
  for (const handle of [child, child.channel, child.stdout as Socket, child.stderr as Socket])
    if (isOn) handle?.ref();
    else handle?.unref();
}

const machineOf = (env: Record<string, string>): string =>
  JSON.stringify(
    Object.entries(env)
      .filter(([name]) => !name.startsWith('OPENCLAW_'))
      .sort(),
  );
