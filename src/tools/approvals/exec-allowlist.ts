import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join, resolve } from 'node:path';
import { isBelow } from '../../common/paths/path-place';
import { type CommandSegment, analyseCommand } from './analyse-command';
import {
  type ExecRule,
  exactArguments,
  inSystemFolder,
  isOfTheSystem,
  isPlainProgram,
  linkedArgument,
  matchesArguments,
} from './exec-rules';
import { readsStdinOnly } from './safe-stdin';
import { changesShell } from './shell-words';

/** Programs that run other programs or code: an entry that says nothing of their arguments can't vouch for them. */
const LAUNCHERS = new Set(
  (
    'sh bash dash zsh ksh fish csh tcsh busybox toybox env nice ionice timeout xargs nohup setsid stdbuf time sudo doas su ' +
    'runuser chroot unshare nsenter bwrap firejail script expect parallel watch find fd exec eval command builtin source . ' +
    'node nodejs deno bun npm npx pnpm yarn python python2 python3 pip pip3 perl ruby irb php lua luajit tclsh wish osascript ' +
    'awk gawk mawk nawk sed ed vi vim nvim emacs nano less more man git hg svn ssh scp sftp rsync tar cpio zip make cmake ninja ' +
    'docker podman kubectl wget install split m4 dc socat nc ncat netcat ip perf choom fakeroot faketime numactl cpulimit gosu su-exec ' +
    'pkexec runcon sg newgrp capsh setarch linux32 linux64 start-stop-daemon systemd-cat dbus-launch dbus-run-session unbuffer ' +
    'rlwrap entr mail mailx mutt lftp ftp tcpdump logrotate psql mysql mongosh uv uvx pipx poetry pipenv bundle rake gem just ' +
    'mvn gradle ant bazel tsx ts-node rscript julia octave elixir erl guile ' +
    'taskset flock prlimit run-parts setpriv chrt coreutils ex view sqlite3 apt-get apt dpkg systemd-run systemctl crontab at batch screen tmux gdb strace ltrace valgrind gcc cc clang go cargo java'
  ).split(' '),
);

export function isLauncher(executable: string): boolean {
  const name = basename(executable).toLowerCase();
  return LAUNCHERS.has(name) || LAUNCHERS.has(name.replace(/[0-9.]+$/, ''));
}

export interface ResolvedSegment extends CommandSegment {
  /** Real path of the program, undefined when it can't be found. */
  path: string | undefined;
  /** Where it was found: a link there has the program take another name, by which many do something else. */
  found: string | undefined;
}

export interface AllowlistRules {
  /** Globs on the real path of a program that may have any arguments: entries of the owner that say nothing of them. */
  patterns: readonly string[];
  /** Programs with their arguments, and whole lines. */
  rules?: readonly ExecRule[];
  /** Names that may read standard input and nothing else, with options that are known to do just that. */
  safeBins: readonly string[];
  /** Where the assistant writes: a program or a link there is not what the owner has listed. */
  workspace?: string;
}

export interface AllowlistVerdict {
  allowed: boolean;
  /** Why the line does not pass by itself. */
  reason?: string;
  /** Programs of the line; undefined when it can't be analysed. */
  segments?: ResolvedSegment[];
  /** The rule that "always" would write; undefined: it can't be remembered. */
  rule?: ExecRule;
  canRemember: boolean;
}

/** Whether each program of a command line is listed, with its arguments. */
export function checkAllowlist(command: string, rules: AllowlistRules, path: string, cwd: string): AllowlistVerdict {
  const analysis = analyseCommand(command);
  if (!analysis.ok) return { allowed: false, reason: `the command holds ${analysis.reason}`, canRemember: false };
  const segments = analysis.segments.map((segment) => {
    const found = findExecutable(segment.argv[0] ?? '', path, cwd);
    return { ...segment, found, path: found === undefined ? undefined : realpathSync(found) };
  });
  const rule = memorable(command, segments, cwd);
  const remember = { segments, canRemember: rule !== undefined, ...(rule ? { rule } : {}) };
  const folder = rules.workspace ?? cwd;
  for (const { argv } of segments) {
    const linked = linkedArgument(argv, cwd, folder);
    if (linked !== undefined)
      return { allowed: false, reason: `${linked} leads through a link`, segments, canRemember: false };
  }
  // Several programs are started by a shell, which takes its own words first.
  const word = segments.length > 1 ? segments.find(({ argv }) => changesShell(argv)) : undefined;
  if (word)
    return {
      allowed: false,
      reason: `${word.argv[0]} may change what the rest of the line means to a shell`,
      segments,
      canRemember: false,
    };
  const isKnownLine = rules.rules?.some(
    (known) => known.command === command && holdsIn(known, cwd) && segments.every(isPlainSegment),
  );
  if (isKnownLine) return { allowed: true, ...remember };
  const isInPipe = segments.some((segment) => segment.piped);
  const blocking = segments.find((segment) => !segmentAllowed(segment, isInPipe, rules, cwd));
  if (!blocking) return { allowed: true, ...remember };
  return { allowed: false, reason: `${blocking.argv[0]} is not on the allow-list`, ...remember };
}

const isPlainSegment = ({ argv, path }: ResolvedSegment): boolean =>
  path !== undefined && isPlainProgram(argv[0] ?? '', path);

const holdsIn = (rule: ExecRule, cwd: string): boolean => rule.cwd === undefined || rule.cwd === cwd;

/** The rule for exactly this command in exactly this folder. */
function memorable(command: string, segments: readonly ResolvedSegment[], cwd: string): ExecRule | undefined {
  if (!segments.every(isPlainSegment)) return undefined;
  const [{ argv, path = '' } = { argv: [] }, ...more] = segments;
  return more.length > 0
    ? { pattern: path, command, cwd }
    : { pattern: path, args: exactArguments(argv.slice(1)), cwd };
}

function segmentAllowed(segment: ResolvedSegment, isInPipe: boolean, rules: AllowlistRules, cwd: string): boolean {
  const { path, found, argv } = segment;
  const name = argv[0] ?? '';
  if (path === undefined || found === undefined) return false;
  const { workspace } = rules;
  if (workspace !== undefined && [path, found].some((place) => isBelow(workspace, place))) return false;
  const isMeant = (pattern: string): boolean =>
    pathMatches(pattern, found) || (pathMatches(pattern, path) && isSameProgram(basename(found), basename(path)));
  // A rule tells what a program is given as arguments; what another one feeds it, it does not tell.
  const isListed = rules.rules?.some(
    (rule) =>
      rule.args !== undefined &&
      holdsIn(rule, cwd) &&
      isMeant(rule.pattern) &&
      matchesArguments(rule.args, argv.slice(1)),
  );
  if (isListed && !isInPipe) return true;
  if (isLauncher(name) || isLauncher(path)) return false;
  if (rules.safeBins.includes(name) && basename(path) === name && inSystemFolder(path) && readsStdinOnly(argv))
    return true;
  return rules.patterns.some(
    (pattern) =>
      isMeant(pattern) && (pattern === path || pattern === found || !isOfTheSystem(path) || isPlainProgram(name, path)),
  );
}

/**
 * Whether a program that is called by another name is the same: `python3` is `python3.11`. `pkill` is not `pgrep`, though
 * both are one file, and neither is what a collection of many programs does.
 */
function isSameProgram(name: string, real: string): boolean {
  if (name === real) return true;
  return real.startsWith(name) && [...real.slice(name.length)].every((letter) => '.-0123456789'.includes(letter));
}

/**
 * What stands there may lead into the files of another process, such as a sandboxed one, while its text says that it
 * leads to a file of the machine: `/proc/4711/root/usr/bin/ls`.
 */
const ANOTHER_ROOT = ['/proc', '/dev'];

/** A program where the shell would find it; links are not followed. */
export function findExecutable(name: string, path: string, cwd: string): string | undefined {
  const candidates = name.includes('/')
    ? [isAbsolute(name) ? name : join(cwd, name)]
    : path
        .split(delimiter)
        .filter(isAbsolute)
        .map((folder) => join(folder, name));
  for (const candidate of candidates) {
    if (ANOTHER_ROOT.some((folder) => isBelow(folder, resolve(candidate)))) continue;
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // Not here; try the next folder.
    }
  }
  return undefined;
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
