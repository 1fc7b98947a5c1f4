import { realpathSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative, sep } from 'node:path';
import { isWithin } from '../paths/path-place';

/** Where a command line was called, as far as it decides by which name the program can be called again. */
export interface CallPlace {
  /** The `PATH` of the caller. */
  path: string | undefined;
  cwd: string;
  /** This installation's folder, and its executable in it. */
  root: string;
  program: string;
  platform: NodeJS.Platform;
}

const GENERIC = 'openclaw';

let ownName = (): string => GENERIC;
let topCommands: ReadonlySet<string> = new Set();

/** Said once by the command line at its start. The name is looked for when it is needed first. */
export function introduceProgram(name: () => string, commands: readonly string[]): void {
  let known: string | undefined;
  ownName = () => (known ??= name());
  topCommands = new Set(commands);
}

/** A command of this program as it can be typed where the user is: `pairing list` → `bin/openclaw pairing list`. */
export const commandLine = (command: string): string => `${ownName()} ${command}`;

/**
 * Names the commands in an error as they can be typed here. Errors are written for everybody, also by a gateway on another
 * machine, and so say `openclaw <command>`; only commands of this program are touched.
 */
export function withOwnCommands(text: string): string {
  return text.replace(/(^|[\s"'`(])openclaw (-{0,2}[a-z]+(?:-[a-z]+)*)/g, (whole, before: string, command: string) =>
    command === '--help' || topCommands.has(command) ? `${before}${commandLine(command)}` : whole,
  );
}

/** `openclaw` where a look-up on the PATH leads to this installation, else its path, quoted for a shell. */
export function callableName(place: CallPlace): string {
  if (isOnPath(place)) return GENERIC;
  const { cwd, root, program, platform } = place;
  const fromHere = relative(cwd, program);
  const path =
    isWithin(root, cwd) && !isAbsolute(fromHere) ? (fromHere.includes(sep) ? fromHere : `.${sep}${fromHere}`) : program;
  // The executable begins with a line that only a POSIX shell reads.
  return platform === 'win32' ? `node "${path}"` : quoted(path);
}

/** The first program of that name is what a shell starts: somebody else's before ours means that the name is theirs. */
function isOnPath({ path, program, platform }: CallPlace): boolean {
  if (platform === 'win32') return false;
  for (const folder of (path ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const found = realpathIfExists(join(folder, GENERIC));
    if (found !== undefined) return found === realpathIfExists(program);
  }
  return false;
}

function realpathIfExists(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** One word of a POSIX shell. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
