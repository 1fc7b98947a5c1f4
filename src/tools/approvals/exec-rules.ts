import { lstatSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { isBelow } from '../../common/paths/path-place';

/** A rule of the owner: a program, and what it may be given. */
export interface ExecRule {
  /** Real path of the program. */
  pattern: string;
  /** Its arguments, one by one; see `matchesArguments`. */
  args?: readonly string[];
  /** In place of arguments: this whole line, and no other. */
  command?: string;
  /** Folder it holds in; without it, in every one. */
  cwd?: string;
}

/**
 * Programs that do what their arguments say and nothing else: they start no other program, read no code and talk to no
 * network. Only for these an exact command can be remembered by a press of "always"; for all others the owner writes the
 * rule himself.
 */
const PLAIN = new Set(
  (
    'arch b2sum base32 base64 basename cal cat chgrp chmod chown cksum cmp comm cp cut date dd df dirname du echo expand ' +
    'expr factor false fmt fold free groups head hostname id join link ln logname ls lsblk lscpu md5sum mkdir mkfifo mktemp ' +
    'mv nl nproc numfmt od paste printenv printf ps pwd readlink realpath rev rm rmdir seq sha1sum sha224sum sha256sum ' +
    'sha384sum sha512sum shred shuf sleep stat sum sync tac tail tee test touch tr true truncate tsort tty uname unexpand ' +
    'uniq unlink uptime users wc who whoami'
  ).split(' '),
);

/** Whether a program is known to do nothing but what its arguments say. */
export const isPlainProgram = (name: string, path: string): boolean =>
  PLAIN.has(basename(name)) && basename(path) === basename(name) && inSystemFolder(path);

const SYSTEM_FOLDERS = ['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];
export const inSystemFolder = (path: string): boolean => SYSTEM_FOLDERS.some((folder) => isBelow(folder, path));

/** What came with the machine, libraries and their helpers included: a loader starts any program. */
const SYSTEM_ROOTS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/usr'];
export const isOfTheSystem = (path: string): boolean => SYSTEM_ROOTS.some((folder) => isBelow(folder, path));

/** Arguments that stand for themselves, as a rule writes them. */
export const exactArguments = (argv: readonly string[]): string[] =>
  argv.map((argument) => (argument === '...' ? '\\...' : argument.replace(/[\\*]/g, '\\$&')));

/**
 * Whether arguments fit those of a rule, one for one. Every text stands for itself, but `*` for anything without a slash,
 * `**` for anything, and a last `...` for any further arguments. What such a sign stands for is never an option and never
 * leads upwards (`..`). A backslash takes the meaning away from what follows it.
 */
export function matchesArguments(patterns: readonly string[], argv: readonly string[]): boolean {
  const isOpen = patterns.at(-1) === '...';
  const fixed = isOpen ? patterns.slice(0, -1) : patterns;
  if (isOpen ? argv.length < fixed.length : argv.length !== fixed.length) return false;
  if (!fixed.every((pattern, index) => matchesArgument(pattern, argv[index] ?? ''))) return false;
  return argv.slice(fixed.length).every((argument) => !argument.startsWith('-') && !climbs(argument));
}

function matchesArgument(pattern: string, argument: string): boolean {
  const parts = pattern.match(/\\[^]|\*\*|\*|[^\\*]+|\\$/g) ?? [];
  const hasSigns = parts.some((part) => part.startsWith('*'));
  if (hasSigns && (climbs(argument) || (pattern.startsWith('*') && argument.startsWith('-')))) return false;
  const source = parts.map((part) =>
    part === '**'
      ? '[^]*'
      : part === '*'
        ? '[^/]*'
        : (part.length > 1 && part.startsWith('\\') ? part.slice(1) : part).replace(/[.+^${}()|[\]\\*?/-]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`).test(argument);
}

const climbs = (argument: string): boolean => argument.split(/[/=]/).includes('..');

/**
 * A file among the arguments that is reached through a link below a folder the assistant writes in: it is not what it
 * seems to be. Options are looked into as well. Undefined when there is none.
 */
export function linkedArgument(argv: readonly string[], cwd: string, folder: string): string | undefined {
  for (const argument of argv.slice(1)) {
    const names = [
      argument,
      argument.slice(argument.indexOf('=') + 1),
      ...(argument.startsWith('-') ? [argument.slice(2)] : []),
    ];
    if (names.some((name) => name !== '' && !name.includes('\0') && leadsThroughLink(resolve(cwd, name), folder)))
      return argument;
  }
  return undefined;
}

function leadsThroughLink(path: string, folder: string): boolean {
  for (let at = path; isBelow(folder, at); at = dirname(at))
    try {
      if (lstatSync(at).isSymbolicLink()) return true;
    } catch {
      // Not there, or not to be looked at: no link.
    }
  return false;
}

/** A rule as people read it. */
export function ruleText({ pattern, args, command, cwd }: ExecRule): string {
  const where = cwd === undefined ? 'in any folder' : `in ${cwd}`;
  if (command !== undefined) return `exactly this line, ${where}: ${command}`;
  if (args === undefined) return `${pattern} with any arguments, ${where}`;
  const words = args.map((argument) => (/^[\w./:=@%+,*-]+$/.test(argument) ? argument : JSON.stringify(argument)));
  return `${[pattern, ...words].join(' ')}, with exactly these arguments, ${where}`;
}
