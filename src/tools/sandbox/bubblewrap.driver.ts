import { execFile } from 'node:child_process';
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { SandboxDriver, SandboxRequest, SpawnPlan } from './sandbox';

const run = promisify(execFile);
const PROBE_TIMEOUT_MS = 5000;

/** System folders that a command needs to run; read-only inside. */
const SYSTEM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/opt'];
/** Files below /etc that ordinary programs need; nothing with secrets. */
const SYSTEM_FILES = [
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/group',
  '/etc/hosts',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/mime.types',
  '/etc/nsswitch.conf',
  '/etc/os-release',
  '/etc/passwd',
  '/etc/pki',
  '/etc/resolv.conf',
  '/etc/ssl/certs',
  '/etc/timezone',
];

/** Largest file a command may write, in 512-byte blocks (1 GiB), and most processes it may have. */
const MAX_FILE_BLOCKS = 2_097_152;
const MAX_PROCESSES = 512;

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
    const limits = `ulimit -f ${MAX_FILE_BLOCKS} -t ${Math.ceil(request.timeoutSeconds)} 2>/dev/null; ulimit -u ${MAX_PROCESSES} 2>/dev/null; `;
    return {
      file: 'bwrap',
      cwd: request.workspace,
      env: {},
      args: [
        '--unshare-all',
        ...(request.network ? ['--share-net'] : []),
        '--die-with-parent',
        '--new-session',
        '--cap-drop',
        'ALL',
        ...systemMounts(),
        '--proc',
        '/proc',
        '--dev',
        '/dev',
        '--tmpfs',
        '/tmp',
        '--bind',
        request.workspace,
        request.workspace,
        '--chdir',
        request.cwd,
        '--clearenv',
        ...Object.entries({ ...request.env, TMPDIR: '/tmp' }).flatMap(([name, value]) => ['--setenv', name, value]),
        '--',
        '/bin/sh',
        '-c',
        `${limits}exec /bin/sh -c "$1"`,
        'sh',
        request.command,
      ],
    };
  }
}

/** Folders as they are on this machine: links stay links, so that /bin → usr/bin works inside too. */
function systemMounts(): string[] {
  const args: string[] = [];
  for (const folder of SYSTEM_FOLDERS) {
    if (!existsSync(folder)) continue;
    if (lstatSync(folder).isSymbolicLink()) args.push('--symlink', readlinkSync(folder), folder);
    else args.push('--ro-bind', folder, folder);
  }
  for (const file of SYSTEM_FILES) args.push('--ro-bind-try', file, file);
  return args;
}

async function probe(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `bubblewrap exists on Linux only, this is ${process.platform}`;
  try {
    await run(
      'bwrap',
      ['--unshare-all', '--die-with-parent', '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', 'true'],
      {
        timeout: PROBE_TIMEOUT_MS,
      },
    );
    return undefined;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    if (code === 'ENOENT') return 'bubblewrap is not installed (Debian: apt install bubblewrap)';
    return `bubblewrap can't start here: ${(stderr ?? String(error)).trim().split('\n')[0] ?? 'unknown reason'}`;
  }
}
