import { ToolError } from '../agent-tool';

/** Variables of the gateway that a child may see. Everything else, secrets above all, stays out. */
const PASSED_ON = /^(PATH|HOME|LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|USER|LOGNAME|SHELL)$/;
/** Variables that change how programs load code; a model may not set them. */
const REFUSED =
  /^(LD_|DYLD_|NODE_OPTIONS$|NODE_PATH$|PYTHON(PATH|STARTUP|HOME)$|PERL5(LIB|OPT)$|RUBY(LIB|OPT)$|BASH_ENV$|ENV$|SHELLOPTS$|BASHOPTS$|IFS$|PATH$|GIT_(SSH|EXEC|CONFIG|PAGER))/;

/** Environment of a command: a few plain variables plus what the call asks for. @throws ToolError invalid_args */
export function childEnvironment(
  own: NodeJS.ProcessEnv,
  requested: Readonly<Record<string, unknown>> = {},
  pathPrepend: readonly string[] = [],
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) if (value !== undefined && PASSED_ON.test(name)) env[name] = value;
  env['PATH'] = [...pathPrepend, env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(':');
  env['LANG'] ??= 'C.UTF-8';
  for (const [name, value] of Object.entries(requested)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || typeof value !== 'string') {
      throw new ToolError('invalid_args', `env.${name} must be a name of letters, digits and _ with a text value`);
    }
    if (REFUSED.test(name))
      throw new ToolError('invalid_args', `env.${name} may not be set: it changes how programs are loaded`);
    env[name] = value;
  }
  return env;
}
