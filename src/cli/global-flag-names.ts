/** A flag that stands anywhere on the line. */
export interface GlobalFlagName {
  names: readonly string[];
  /** What stands behind it; left out for a switch. */
  value?: string;
  summary: string;
}

/** Port of the profile of `--dev`. */
export const DEV_PORT = '19001';

export const GLOBAL_FLAGS: readonly GlobalFlagName[] = [
  { names: ['--profile'], value: 'name', summary: 'use the state directory ~/.openclaw-<name>' },
  { names: ['--dev'], summary: `profile "dev", port ${DEV_PORT}` },
  { names: ['--no-color'], summary: 'no colours' },
  { names: ['--log-level'], value: 'level', summary: 'level of the log' },
];

/** As it is written: `--profile <name>`. */
export const formOf = ({ names, value }: GlobalFlagName): string =>
  value === undefined ? names.join(', ') : `${names.join(', ')} <${value}>`;
