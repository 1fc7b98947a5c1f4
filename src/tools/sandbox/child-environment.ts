import { delimiter, isAbsolute } from 'node:path';
import { ToolError } from '../agent-tool';

/** Variables of the gateway that a child may see. Everything else, secrets above all, stays out. */
const PASSED_ON = /^(PATH|HOME|LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|USER|LOGNAME|SHELL)$/;
/** Variables that a call may set for a command on the machine unasked: how it writes, not what it does. */
const HARMLESS =
  /^(LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|COLORTERM|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|CLICOLOR|CLICOLOR_FORCE|CI)$/;
/** No path but that of a time zone, no list, no expression. */
const PLAIN_VALUE = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9_.@+-]{0,40}(\/[A-Za-z0-9_+-]{1,40}){0,2}$|^$/;

/** Variables of a call that have to be asked for when it runs on the machine itself. */
export const unusualVariables = (requested: Readonly<Record<string, string>>): string[] =>
  Object.entries(requested)
    .filter(([name, value]) => !HARMLESS.test(name) || !PLAIN_VALUE.test(value))
    .map(([name]) => name);

/** Environment of a command: a few plain variables plus what the call asks for. @throws ToolError invalid_args */
export function childEnvironment(
  own: NodeJS.ProcessEnv,
  requested: Readonly<Record<string, unknown>> = {},
  pathPrepend: readonly string[] = [],
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) if (value !== undefined && PASSED_ON.test(name)) env[name] = value;
  // An empty or relative entry is the folder that a command runs in: whatever lies there would pass for any program.
  env['PATH'] = [...pathPrepend, ...(env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter)]
    .filter(isAbsolute)
    .join(delimiter);
  env['LANG'] ??= 'C.UTF-8';
  for (const [name, value] of Object.entries(requested)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || typeof value !== 'string' || value.includes('\0')) {
      throw new ToolError('invalid_args', `env.${name} must be a name of letters, digits and _ with a text value`);
    }
    env[name] = value;
  }
  return env;
}
