import { execFile } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { appRoot } from '../../common/app-root';
import { innerPath } from '../../common/paths/path-place';
import { PRIVATE_FOLDER } from '../../common/private-files';
import { seccompFilter } from './seccomp-filter';
import type { SandboxDriver, SandboxRequest, SandboxRoom, SpawnPlan } from './sandbox';

const run = promisify(execFile);
const PROBE_TIMEOUT_MS = 5000;

/** System folders that a command needs to run; read-only inside. */
const SYSTEM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/opt'];
/** Files below /etc that ordinary programs need; nothing with secrets. */
const SYSTEM_FILES = [
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/group',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/mime.types',
  '/etc/os-release',
  '/etc/passwd',
  '/etc/pki',
  '/etc/ssl/certs',
  '/etc/timezone',
];
/** What a program needs to be loaded at all, and to tell the time. */
const BARE_FOLDERS = SYSTEM_FOLDERS.filter((folder) => folder !== '/opt');
const BARE_FILES = ['/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/localtime'];

const MIB = 1024 * 1024;
/** Largest file a command may write. */
const MAX_FILE_BYTES = 1024 * MIB;
/**
 * Memory that one process may ask for to write to; what it really uses is limited for the whole tree. Addresses that are
 * only kept free don't count: WebAssembly keeps gigabytes of them for each memory.
 */
const MAX_DATA_BYTES = 8192 * MIB;
const MAX_MEMORY_BYTES = 1536 * MIB;
const MAX_PROCESSES = 512;
const TMP_BYTES = 512 * MIB;
/** /tmp and the home folder of a conversation together; caches of languages are in them. */
const ROOM_BYTES = 4096 * MIB;
const MIN_FREE_DISK_BYTES = 256 * MIB;

/** bubblewrap: own namespaces, read-only system, the workspace as the only writable place, no network unless granted. */
@Injectable()
export class BubblewrapDriver implements SandboxDriver {
  readonly name = 'bubblewrap';
  private probed: Promise<string | undefined> | undefined;

  unusableReason(): Promise<string | undefined> {
    this.probed ??= probe();
    return this.probed;
  }

  plan(request: SandboxRequest): SpawnPlan {
    const filter = seccompFilter();
    const { room } = request;
    if (room) prepareRoom(room, request);
    const [file = 'bwrap', ...before] = [...(room?.enter ?? []), 'bwrap'];
    return {
      file,
      cwd: request.workspace,
      env: {},
      ...(filter ? { descriptor3: filter } : {}),
      limits: {
        memoryBytes: MAX_MEMORY_BYTES,
        processes: MAX_PROCESSES,
        freeDiskBytes: MIN_FREE_DISK_BYTES,
        places: [request.workspace, ...(room ? [room.tmp] : [])],
        ...(room ? { room: { folders: [room.tmp, room.home], bytes: ROOM_BYTES } } : {}),
      },
      args: [
        ...before,
        '--unshare-all',
        // The network of a room has nothing but its loopback.
        ...(request.network || (room && room.enter.length > 0) ? ['--share-net'] : []),
        '--unshare-user',
        '--disable-userns',
        '--die-with-parent',
        '--new-session',
        '--cap-drop',
        'ALL',
        '--hostname',
        'sandbox',
        ...(request.isBare ? systemMounts(BARE_FOLDERS, BARE_FILES) : systemMounts(SYSTEM_FOLDERS, SYSTEM_FILES)),
        ...(request.network ? NETWORK_FILES.flatMap((file) => ['--ro-bind-try', file, file]) : loopbackMounts()),
        '--proc',
        '/proc',
        // Settings of the kernel belong to whoever is root outside, also without any capability.
        ...['/proc/sys', '/proc/sysrq-trigger'].flatMap((path) => ['--ro-bind-try', path, path]),
        '--dev',
        '/dev',
        ...(room ? ['--bind', room.tmp, '/tmp'] : ['--size', String(TMP_BYTES), '--tmpfs', '/tmp']),
        ...(room ? ['--bind', room.home, '/tmp/home'] : ['--dir', '/tmp/home']),
        request.writable ? '--bind' : '--ro-bind',
        request.workspace,
        request.workspace,
        ...(request.readOnly ?? []).flatMap((path) => ['--ro-bind-try', path, path]),
        ...(request.programs ?? []).flatMap((path) => ['--ro-bind-try', path, path]),
        ...(request.readable ?? []).flatMap((path) => readableMounts(path, request.env['HOME'])),
        ...(request.proxySocket === undefined ? [] : bridgeMounts(request.proxySocket)),
        '--remount-ro',
        '/',
        '--chdir',
        request.cwd,
        '--clearenv',
        ...Object.entries({ ...pick(request.env, PLAIN_VARIABLES), HOME: '/tmp/home', TMPDIR: '/tmp' }).flatMap(
          ([name, value]) => ['--setenv', name, value],
        ),
        ...(filter ? ['--seccomp', '3'] : []),
        '--',
        '/usr/bin/prlimit',
        `--fsize=${MAX_FILE_BYTES}`,
        `--data=${MAX_DATA_BYTES}`,
        `--nproc=${MAX_PROCESSES}`,
        `--cpu=${Math.ceil(request.timeoutSeconds)}`,
        '--core=0',
        '--',
        ...(request.proxySocket === undefined ? [] : [process.execPath, bridgePath(), DOOR]),
        ...settingVariables(request.env),
        ...request.argv,
      ],
    };
  }
}

/** Variables that what stands before the command may see. All others are set behind the limits: some load code. */
const PLAIN_VARIABLES = new Set(['PATH', 'LANG', 'TZ', 'TERM']);
const FIXED_VARIABLES = new Set(['HOME', 'TMPDIR']);

const pick = (env: Readonly<Record<string, string>>, names: ReadonlySet<string>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => names.has(name)));

function settingVariables(env: Readonly<Record<string, string>>): string[] {
  const others = Object.entries(env).filter(([name]) => !PLAIN_VARIABLES.has(name) && !FIXED_VARIABLES.has(name));
  return others.length === 0 ? [] : ['/usr/bin/env', ...others.map(([name, value]) => `${name}=${value}`)];
}

/** What lies in the home folder is found in the sandbox's own one as well: programs look for their settings there. */
function readableMounts(path: string, home: string | undefined): string[] {
  const inner = home === undefined ? '' : (innerPath(home, path) ?? '');
  return ['--ro-bind-try', path, path, ...(inner === '' ? [] : ['--ro-bind-try', path, join('/tmp/home', inner)])];
}

/** bubblewrap makes folders to mount on that others may look into; in a room, which stays, they are there before. */
function prepareRoom({ tmp, home }: SandboxRoom, { workspace, readable = [], env }: SandboxRequest): void {
  const inHome = readable.flatMap((path) => (env['HOME'] === undefined ? [] : (innerPath(env['HOME'], path) ?? [])));
  const inTmp = [workspace, ...readable].flatMap((path) => innerPath('/tmp', path) ?? []);
  for (const inner of ['home', ...inTmp]) ownFolder(tmp, inner);
  for (const inner of inHome) ownFolder(home, inner);
}

/** Linux: a handle that stands for a place, also where its rights would not let anybody look into it. */
const O_PATH = 0o10000000;
const FOLDER = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Makes a folder in a room. Commands may have put links there and taken rights away, and those in the background may do
 * so right now: each step is taken from the folder that is held open, never by its name, and no link is followed.
 */
function ownFolder(room: string, inner: string): void {
  let held = openSync(room, FOLDER);
  try {
    chmodSync(`/proc/self/fd/${held}`, PRIVATE_FOLDER);
    for (const name of inner.split(sep).filter((part) => part !== '')) {
      const next = folderIn(`/proc/self/fd/${held}/${name}`);
      closeSync(held);
      held = next;
      chmodSync(`/proc/self/fd/${held}`, PRIVATE_FOLDER);
    }
  } finally {
    closeSync(held);
  }
}

function folderIn(path: string): number {
  try {
    return openSync(path, FOLDER);
  } catch {
    rmSync(path, { force: true });
    mkdirSync(path, { mode: PRIVATE_FOLDER });
    return openSync(path, FOLDER);
  }
}

/** Where the sandboxed command finds the socket of its proxy. */
const DOOR = '/run/openclaw-proxy.sock';
const bridgePath = (): string => join(appRoot(), 'bin', 'sandbox-bridge.cjs');

const bridgeMounts = (socket: string): string[] =>
  [
    [socket, DOOR],
    [bridgePath(), bridgePath()],
    [process.execPath, process.execPath],
  ].flatMap(([from = '', to = '']) => ['--ro-bind', from, to]);

/** Names of hosts are found with these; without a network they tell nothing but the host's own facts. */
const NETWORK_FILES = ['/etc/hosts', '/etc/resolv.conf', '/etc/nsswitch.conf'];

/** Without a network `localhost` is the only name, and no server is asked for it. */
const loopbackMounts = (): string[] =>
  ['hosts', 'nsswitch'].flatMap((name) => [
    '--ro-bind',
    join(appRoot(), 'bin', `sandbox-${name}`),
    name === 'hosts' ? '/etc/hosts' : '/etc/nsswitch.conf',
  ]);

/** Folders as they are on this machine: links stay links, so that /bin → usr/bin works inside too. */
function systemMounts(folders: readonly string[], files: readonly string[]): string[] {
  const args: string[] = [];
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    if (lstatSync(folder).isSymbolicLink()) args.push('--symlink', readlinkSync(folder), folder);
    else args.push('--ro-bind', folder, folder);
  }
  for (const file of files) args.push('--ro-bind-try', file, file);
  return args;
}

/** A command line that works where a sandbox can be made. */
export const SANDBOX_TRIAL: readonly string[] = [
  ...['bwrap', '--unshare-all', '--unshare-user', '--disable-userns', '--die-with-parent'],
  ...['--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', '/usr/bin/prlimit', 'true'],
];

async function probe(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `bubblewrap exists on Linux only, this is ${process.platform}`;
  try {
    const [program = '', ...args] = SANDBOX_TRIAL;
    await run(program, args, { timeout: PROBE_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    if (code === 'ENOENT') return 'bubblewrap is not installed (Debian: apt install bubblewrap)';
    return `bubblewrap can't start here: ${(stderr ?? String(error)).trim().split('\n')[0] ?? 'unknown reason'}`;
  }
}
