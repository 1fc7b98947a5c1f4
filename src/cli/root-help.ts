import { COMMAND_TABLE } from './command-table';

/** Text of `openclaw --help`. Also written into the build, where the executable prints it without loading anything. */
export function rootHelp(): string {
  const width = Math.max(...COMMAND_TABLE.map((entry) => entry.name.length));
  const lines = COMMAND_TABLE.map(
    (entry) => `  ${entry.name.padEnd(width)}  ${entry.summary}${entry.leaves ? ` (${entry.leaves.join(', ')})` : ''}`,
  );
  return [
    'Usage: openclaw [global flags] <command> [flags]',
    '',
    'A self-hosted gateway for your own AI assistant.',
    '',
    'Commands:',
    ...lines,
    '',
    'Global flags:',
    '  --profile <name>     use the state directory ~/.openclaw-<name>',
    '  --dev                profile "dev", port 19001',
    '  --no-color           no colours',
    '  --log-level <level>  level of the log',
    '  -V, --version        print the version',
    '  -h, --help           print this, or the help of a command',
    '',
    'Exit codes: 0 done, 1 failed, 2 usage, 69 gateway not reachable, 75 time-out, 77 not authorised, 78 configuration.',
    '',
  ].join('\n');
}
