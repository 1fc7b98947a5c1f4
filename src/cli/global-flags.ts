import { UsageError } from '../common/cli/cli-error';
import { LOG_LEVELS } from '../logging/logging.config';

const DEV_PORT = '19001';

export interface GlobalFlag {
  name: string;
  /** What stands behind it; left out for a switch. */
  value?: string;
  summary: string;
  /** Environment variables that it stands for. @throws UsageError */
  variables(value: string): Record<string, string>;
}

/** Flags that stand anywhere on the line. */
export const GLOBAL_FLAGS: readonly GlobalFlag[] = [
  {
    name: '--profile',
    value: 'name',
    summary: 'use the state directory ~/.openclaw-<name>',
    variables: (profile) => {
      if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(profile))
        throw new UsageError(`--profile must be letters, digits, _ and -, got "${profile}"`);
      return { OPENCLAW_PROFILE: profile };
    },
  },
  {
    name: '--dev',
    summary: `profile "dev", port ${DEV_PORT}`,
    variables: () => ({ OPENCLAW_PROFILE: 'dev', OPENCLAW_GATEWAY_PORT: DEV_PORT }),
  },
  { name: '--no-color', summary: 'no colours', variables: () => ({ NO_COLOR: '1' }) },
  {
    name: '--log-level',
    value: 'level',
    summary: 'level of the log',
    variables: (level) => {
      if (!(LOG_LEVELS as readonly string[]).includes(level))
        throw new UsageError(`--log-level must be one of ${LOG_LEVELS.join(', ')}, got "${level}"`);
      return { OPENCLAW_LOG_LEVEL: level };
    },
  },
];

export interface GlobalFlags {
  /** Environment variables that the flags stand for. */
  variables: Record<string, string>;
  /** Arguments without the global flags. */
  rest: string[];
}

/** Takes the global flags in front of the command off the arguments. @throws UsageError */
export function takeGlobalFlags(args: readonly string[]): GlobalFlags {
  const variables: Record<string, string> = {};
  let index = 0;
  for (; index < args.length; index++) {
    const [name = '', inline] = (args[index] ?? '').split('=', 2);
    const flag = GLOBAL_FLAGS.find((each) => each.name === name);
    if (!flag) break;
    const value = flag.value === undefined ? '' : (inline ?? args[++index]);
    if (value === undefined || (inline === undefined && value.startsWith('-')))
      throw new UsageError(`${name} needs a value`);
    Object.assign(variables, flag.variables(value));
  }
  return { variables, rest: args.slice(index) };
}
