import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appRoot } from '../../common/app-root';

const START_MS = 3000;
const NSENTER = '/usr/bin/nsenter';
/** Where bubblewrap tells the process id of what it has walled off. */
const INFO_FD = 3;

/** What leads from outside into a network. */
interface Door {
  socket: string;
  isOpen(): boolean;
}

/** A network of its own with nothing but a loopback, as long as its keeper lives. */
export class RoomNetwork {
  private door: Promise<Door | undefined> | undefined;
  /** Ended with the network. */
  private readonly children: ChildProcess[];

  private constructor(
    private readonly keeper: ChildProcess,
    /** Words before a command that put it into the network. */
    readonly enter: readonly string[],
  ) {
    this.children = [keeper];
  }

  /** @returns undefined where the system can't give one */
  static async open(): Promise<RoomNetwork | undefined> {
    if (!existsSync(NSENTER)) return undefined;
    const keeper = spawn(
      'bwrap',
      [
        ...['--unshare-user', '--unshare-net', '--unshare-pid', '--die-with-parent', '--new-session'],
        // No /dev of its own: for that an ordinary user gets a second user namespace, from which the network is closed.
        ...['--cap-drop', 'ALL', '--ro-bind', '/', '/', '--proc', '/proc', '--clearenv'],
        ...['--info-fd', String(INFO_FD), '--', '/bin/sh', '-c', 'echo ready; read -r end'],
      ],
      { stdio: ['pipe', 'pipe', 'ignore', 'pipe'] },
    );
    // The process id is told before the user namespace has its ids; who enters then can start nothing in it.
    const [pid, ready] = await Promise.all([
      told(keeper, /"child-pid":\s*(\d+)[^}]*\}/, INFO_FD),
      told(keeper, /^(ready)\n/),
    ]);
    if (pid === undefined || ready === undefined) {
      keeper.kill('SIGKILL');
      return undefined;
    }
    keeper.unref();
    const spaces = [`--user=/proc/${pid}/ns/user`, `--net=/proc/${pid}/ns/net`];
    return new RoomNetwork(keeper, [NSENTER, ...spaces, '--preserve-credentials', '--']);
  }

  isOpen(): boolean {
    return isRunning(this.keeper);
  }

  end(): void {
    for (const child of this.children) child.kill('SIGKILL');
  }

  /** A connection to what listens on a port of the loopback; undefined where nothing does. */
  async connect(port: number): Promise<Socket | undefined> {
    const known = await this.door;
    if (!known?.isOpen()) this.door = this.openDoor();
    const door = await this.door;
    return door && knock(door.socket, port);
  }

  private async openDoor(): Promise<Door | undefined> {
    const folder = await mkdtemp(join(tmpdir(), 'openclaw-door-'));
    const socket = join(folder, 'door.sock');
    const [file = NSENTER, ...before] = this.enter;
    const child = spawn(file, [...before, process.execPath, join(appRoot(), 'bin', 'sandbox-door.cjs'), socket], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {},
    });
    this.children.push(child);
    child.once('close', () => void rm(folder, { recursive: true, force: true }).catch(() => undefined));
    if ((await told(child, /^(open)\n/)) === undefined) {
      child.kill('SIGKILL');
      return undefined;
    }
    child.unref();
    return { socket, isOpen: () => isRunning(child) };
  }
}

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

/** Says the port at the door, and gives the connection once it is through. */
function knock(path: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const fail = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    socket.once('error', fail);
    socket.once('close', fail);
    socket.once('readable', () => {
      const answer = (socket.read(1) as Buffer | null)?.toString();
      if (answer !== '4' && answer !== '6') {
        fail();
        return;
      }
      socket.off('error', fail);
      socket.off('close', fail);
      resolve(socket);
    });
    socket.write(`${port}\n`);
  });
}

/** What a child says, the first group of the pattern; undefined where it says nothing in time. */
function told(child: ChildProcess, wanted: RegExp, fd: 1 | typeof INFO_FD = 1): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const give = (found?: string): void => {
      clearTimeout(timer);
      resolve(found);
    };
    const timer = setTimeout(give, START_MS);
    child.on('error', () => give());
    child.on('close', () => give());
    child.stdin?.on('error', () => undefined);
    child.stdio[fd]?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = wanted.exec(text)?.[1];
      if (found !== undefined) give(found);
    });
  });
}
