import type { OpenclawConfig } from '../../config/openclaw.config';
import type { ConfigSnapshot } from '../../config/config-snapshot';
import type { Environment } from '../../config/environment';

export interface DoctorFinding {
  /** What was looked at, such as `model` or `ports`. */
  check: string;
  level: 'ok' | 'note' | 'problem';
  /** What is so, and why. */
  message: string;
  /** What to do about it: a command, or a change. */
  fix?: string;
}

/** What checks look at. */
export interface DoctorFacts {
  env: Environment;
  stateDir: string;
  configPath: string;
  snapshot: ConfigSnapshot;
  config: OpenclawConfig;
  /** Process of the gateway that works on this state directory now. */
  gatewayPid: number | undefined;
}

export type DoctorCheck = (facts: DoctorFacts) => DoctorFinding[] | Promise<DoctorFinding[]>;

export const problem = (check: string, message: string, fix?: string): DoctorFinding => ({
  check,
  level: 'problem',
  message,
  ...(fix === undefined ? {} : { fix }),
});

export const note = (check: string, message: string, fix?: string): DoctorFinding => ({
  check,
  level: 'note',
  message,
  ...(fix === undefined ? {} : { fix }),
});
