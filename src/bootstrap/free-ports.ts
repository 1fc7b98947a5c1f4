import { ExitCode } from '../common/exit-codes';
import { OpenclawError } from '../common/openclaw-error';
import { sleep } from '../common/sleep';
import { type PortOwner, listenersOn } from '../gateway/http/port-owner';

const POLL_MS = 100;
const TERM_MS = 700;
const TOTAL_MS = 2000;

/**
 * `--force`: stops whatever listens on the given ports. Listeners only, never ourselves, our parent or another user's
 * process; TERM first, KILL after 700 ms; verified at the end.
 * @throws OpenclawError PORT_NOT_FREED when a port is still held
 */
export async function freePorts(ports: readonly number[], report: (line: string) => void = toStderr): Promise<void> {
  for (const port of new Set(ports.filter((candidate) => candidate > 0))) await freePort(port, report);
}

const toStderr = (line: string): void => void process.stderr.write(`${line}\n`);

async function freePort(port: number, report: (line: string) => void): Promise<void> {
  const owners = listenersOn(port);
  if (owners.length === 0) {
    report(`--force: nothing listens on port ${port}`);
    return;
  }
  const untouchable = owners.filter((owner) => !mayStop(owner));
  if (untouchable.length > 0) {
    throw new OpenclawError(
      'PORT_NOT_FREED',
      `--force: port ${port} is held by ${describe(untouchable)}, which is not ours to stop`,
      { exitCode: ExitCode.failed },
    );
  }
  report(`--force: stopping ${describe(owners)} on port ${port}`);
  const started = performance.now();
  signal(owners, 'SIGTERM');
  let killed = false;
  while (performance.now() - started < TOTAL_MS) {
    await sleep(POLL_MS);
    const left = listenersOn(port);
    if (left.length === 0) return;
    if (!killed && performance.now() - started >= TERM_MS) {
      signal(left.filter(mayStop), 'SIGKILL');
      killed = true;
    }
  }
  const left = listenersOn(port);
  if (left.length > 0) {
    throw new OpenclawError('PORT_NOT_FREED', `--force: port ${port} is still held by ${describe(left)}`, {
      exitCode: ExitCode.failed,
    });
  }
}

function mayStop(owner: PortOwner): boolean {
  const isOurs = owner.pid === process.pid || owner.pid === process.ppid;
  const uid = process.getuid?.();
  return !isOurs && (owner.uid === undefined || uid === undefined || owner.uid === uid);
}

function signal(owners: readonly PortOwner[], name: NodeJS.Signals): void {
  for (const owner of owners) {
    try {
      process.kill(owner.pid, name);
    } catch {
      // It is gone already.
    }
  }
}

const describe = (owners: readonly PortOwner[]): string =>
  owners.map((owner) => `process ${owner.pid}${owner.command ? ` (${owner.command})` : ''}`).join(', ');
