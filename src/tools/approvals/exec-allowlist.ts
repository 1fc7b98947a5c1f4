import { isBelow } from '../../common/paths/path-place';
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join } from 'node:path';
import { type CommandSegment, analyseCommand } from './analyse-command';

/** Programs that run other programs or code given as an argument: the list can never vouch for them. */
const LAUNCHERS = new Set(
  (
    'sh bash dash zsh ksh fish csh tcsh busybox toybox env nice ionice timeout xargs nohup setsid stdbuf time sudo doas su ' +
    'runuser chroot unshare nsenter bwrap firejail script expect parallel watch find fd exec eval command builtin source . ' +
    'node nodejs deno bun npm npx pnpm yarn python python2 python3 pip pip3 perl ruby irb php lua luajit tclsh wish osascript ' +
    'awk gawk mawk nawk sed ed vi vim nvim emacs nano less more man git hg svn ssh scp sftp rsync tar cpio zip make cmake ninja ' +
    'docker podman kubectl systemd-run systemctl crontab at batch screen tmux gdb strace ltrace valgrind gcc cc clang go cargo java'
  ).split(' '),
);

/** Programs without side effects whatever their arguments are. */
const HARMLESS = new Set([
  'echo',
  'printf',
  'pwd',
  'date',
  'whoami',
  'id',
  'uname',
  'hostname',
  'true',
  'false',
  'nproc',
  'uptime',
]);

export function isLauncher(executable: string): boolean {
  const name = basename(executable).toLowerCase();
  return LAUNCHERS.has(name) || LAUNCHERS.has(name.replace(/[0-9.]+$/, ''));
}

export interface ResolvedSegment extends CommandSegment {
  /** Real path of the program, undefined when it can't be found. */
  path: string | undefined;
}

export interface AllowlistRules {
  /** Globs on the real path of a program. */
  patterns: readonly string[];
  /** Names that may read standard input but no files. */
  safeBins: readonly string[];
}

export interface AllowlistVerdict {
  allowed: boolean;
  /** Why the line does not pass by itself. */
  reason?: string;
  /** Programs of the line; undefined when it can't be analysed. */
  segments?: ResolvedSegment[];
  /** Whether "always" could be offered: every program is known and none is a launcher. */
  canRemember: boolean;
}

/** Whether each program of a command line is on the list. */
export function checkAllowlist(command: string, rules: AllowlistRules, path: string, cwd: string): AllowlistVerdict {
  const analysis = analyseCommand(command);
  if (!analysis.ok) return { allowed: false, reason: `the command holds ${analysis.reason}`, canRemember: false };
  const segments = analysis.segments.map((segment) => ({
    ...segment,
    path: resolveExecutable(segment.argv[0] ?? '', path, cwd),
  }));
  const blocking = segments.find((segment) => !segmentAllowed(segment, rules, cwd));
  const canRemember = segments.every(
    (segment) => segment.path !== undefined && !isLauncher(segment.argv[0] ?? '') && !isLauncher(segment.path),
  );
  if (!blocking) return { allowed: true, segments, canRemember };
  return { allowed: false, reason: `${blocking.argv[0]} is not on the allow-list`, segments, canRemember };
}

function segmentAllowed(segment: ResolvedSegment, rules: AllowlistRules, cwd: string): boolean {
  const { path } = segment;
  const name = segment.argv[0] ?? '';
  if (path === undefined || isLauncher(name) || isLauncher(path)) return false;
  if (HARMLESS.has(name) && inSystemFolder(path)) return true;
  if (
    rules.safeBins.includes(name) &&
    inSystemFolder(path) &&
    !segment.argv.slice(1).some((argument) => looksLikeFile(argument, cwd))
  )
    return true;
  return rules.patterns.some((pattern) => pathMatches(pattern, path));
}

/** An argument that a safe program might open as a file, or an option that carries one. */
function looksLikeFile(argument: string, cwd: string): boolean {
  if (argument.startsWith('-')) return /[/=.]/.test(argument) || /^-[a-zA-Z]*[fo]/.test(argument);
  return /[/.]/.test(argument) || existsSync(join(cwd, argument));
}

const SYSTEM_FOLDERS = ['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/usr/lib'];
const inSystemFolder = (path: string): boolean => SYSTEM_FOLDERS.some((folder) => isBelow(folder, path));

/** Real path of a program as the shell would find it. */
export function resolveExecutable(name: string, path: string, cwd: string): string | undefined {
  const candidates = name.includes('/')
    ? [isAbsolute(name) ? name : join(cwd, name)]
    : path
        .split(delimiter)
        .filter(isAbsolute)
        .map((folder) => join(folder, name));
  for (const candidate of candidates) {
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return realpathSync(candidate);
    } catch {
      // Not here; try the next folder.
    }
  }
  return undefined;
}

/** Identity of a program file: changes when the file is replaced or edited. */
export function fileIdentity(path: string): string {
  const { dev, ino, size, mtimeMs } = statSync(path);
  return `${dev}:${ino}:${size}:${mtimeMs}`;
}

function pathMatches(pattern: string, path: string): boolean {
  const source = pattern
    .split(/(\*\*|\*|\?)/)
    .map((part) =>
      part === '**' ? '.*' : part === '*' ? '[^/]*' : part === '?' ? '[^/]' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${source}$`).test(path);
}
