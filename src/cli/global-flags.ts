import { UsageError } from '../common/cli/cli-error';
import { LOG_LEVELS } from '../logging/logging.config';

export interface GlobalFlags {
  /** Environment variables that the flags stand for. */
  variables: Record<string, string>;
  /** Arguments without the global flags. */
  rest: string[];
}

const DEV_PORT = '19001';

/** Takes the global flags in front of the command off the arguments. */
export function takeGlobalFlags(args: readonly string[]): GlobalFlags {
  const variables: Record<string, string> = {};
  let index = 0;
  const valueOf = (flag: string): string => {
    const value = args[++index];
    if (value === undefined || value.startsWith('-')) throw new UsageError(`${flag} needs a value`);
    return value;
  };
  for (; index < args.length; index++) {
    const argument = args[index] ?? '';
    const [name, inline] = argument.split('=', 2) as [string, string | undefined];
    if (name === '--profile') variables['OPENCLAW_PROFILE'] = inline ?? valueOf(name);
    else if (name === '--dev') Object.assign(variables, { OPENCLAW_PROFILE: 'dev', OPENCLAW_GATEWAY_PORT: DEV_PORT });
    else if (name === '--no-color') variables['NO_COLOR'] = '1';
    else if (name === '--log-level') {
      const level = inline ?? valueOf(name);
      if (!(LOG_LEVELS as readonly string[]).includes(level))
        throw new UsageError(`--log-level must be one of ${LOG_LEVELS.join(', ')}, got "${level}"`);
      variables['OPENCLAW_LOG_LEVEL'] = level;
    } else break;
  }
  const profile = variables['OPENCLAW_PROFILE'];
  if (profile !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(profile)) {
    throw new UsageError(`--profile must be letters, digits, _ and -, got "${profile}"`);
  }
  return { variables, rest: args.slice(index) };
}
