import { UsageError } from '../common/cli/cli-error';
import { LOG_LEVELS } from '../logging/logging.config';
import { DEV_PORT, GLOBAL_FLAGS } from './global-flag-names';

export interface GlobalFlags {
  /** Environment variables that the flags stand for. */
  variables: Record<string, string>;
  /** Arguments without the global flags. */
  rest: string[];
}

/** Environment variables that a global flag stands for. @throws UsageError */
export function variablesOf(name: string, value: string): Record<string, string> {
  switch (name) {
    case '--profile':
      if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(value))
        throw new UsageError(`--profile must be letters, digits, _ and -, got "${value}"`);
      return { OPENCLAW_PROFILE: value };
    case '--dev':
      return { OPENCLAW_PROFILE: 'dev', OPENCLAW_GATEWAY_PORT: DEV_PORT };
    case '--no-color':
      return { NO_COLOR: '1' };
    case '--log-level':
      if (!(LOG_LEVELS as readonly string[]).includes(value))
        throw new UsageError(`--log-level must be one of ${LOG_LEVELS.join(', ')}, got "${value}"`);
      return { OPENCLAW_LOG_LEVEL: value };
    default:
      return {};
  }
}

/** Takes the global flags in front of the command off the arguments. @throws UsageError */
export function takeGlobalFlags(args: readonly string[]): GlobalFlags {
  const variables: Record<string, string> = {};
  let index = 0;
  for (; index < args.length; index++) {
    const [name = '', inline] = (args[index] ?? '').split('=', 2);
    const flag = GLOBAL_FLAGS.find(({ names }) => names.includes(name));
    if (!flag) break;
    const value = flag.value === undefined ? '' : (inline ?? args[++index]);
    if (value === undefined || (inline === undefined && value.startsWith('-')))
      throw new UsageError(`${name} needs a value`);
    Object.assign(variables, variablesOf(name, value));
  }
  return { variables, rest: args.slice(index) };
}
