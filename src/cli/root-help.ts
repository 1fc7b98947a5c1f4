import { COMMAND_TABLE } from './command-table';
import { GLOBAL_FLAGS, formOf } from './global-flag-names';

/** Text of `openclaw --help`. Also written into the build, where the executable prints it without loading anything. */
export function rootHelp(): string {
  const width = Math.max(...COMMAND_TABLE.map((entry) => entry.name.length));
  const lines = COMMAND_TABLE.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  const flags = [
    ...GLOBAL_FLAGS.map((flag) => [formOf(flag), flag.summary]),
    ['-V, --version', 'print the version'],
    ['-h, --help', 'print this, or the help of a command'],
  ];
  const flagWidth = Math.max(...flags.map(([name = '']) => name.length));
  return [
    'Usage: openclaw [global flags] <command> [flags]',
    '',
    'A self-hosted gateway for your own AI assistant.',
    '',
    'Commands:',
    ...lines,
    '',
    'Global flags, anywhere on the line:',
    ...flags.map(([name = '', summary = '']) => `  ${name.padEnd(flagWidth)}  ${summary}`),
    '',
    'Every command takes --json, -o json|yaml|table and --field <path>; "openclaw <command> --help" has examples.',
    '',
    'Exit codes: 0 done, 1 failed, 2 usage, 69 gateway not reachable, 75 time-out, 77 not authorised, 78 configuration.',
    '',
  ].join('\n');
}
