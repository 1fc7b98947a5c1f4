import type { ExecParams } from './exec-params';

/** The command as it would run, with the variables that the call sets. */
export const withEnvironment = ({ command, env = {} }: ExecParams): string =>
  [...Object.entries(env).map(([name, value]) => `${name}=${JSON.stringify(value)}`), command].join(' ');

/** The same command with a terminal of its own; its exit code is passed on. */
export function inTerminal(argv: readonly string[]): string[] {
  const quoted = argv.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(' ');
  return ['/usr/bin/script', '--quiet', '--flush', '--return', '--command', quoted, '/dev/null'];
}
