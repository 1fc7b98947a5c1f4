import type { OpenclawConfig } from '../../config/openclaw.config';
import type { ConfigSnapshot } from '../../config/config-snapshot';
import type { Environment } from '../../config/environment';

export interface DoctorFinding {
  /** What was looked at, such as `model` or `ports`. */
  check: string;
  /** `area.fault`; stable, for programs. */
  code: string;
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

/** Keeps the gateway, or a part of it, from working. */
export const problem = (code: string, message: string, fix?: string): DoctorFinding =>
  finding('problem', code, message, fix);

/** Worth knowing; all works nevertheless. */
export const note = (code: string, message: string, fix?: string): DoctorFinding => finding('note', code, message, fix);

/** Was looked at, and is as it should be. */
export const sound = (check: string, message: string): DoctorFinding => finding('ok', `${check}.ok`, message);

function finding(level: DoctorFinding['level'], code: string, message: string, fix?: string): DoctorFinding {
  const [check = code] = code.split('.');
  return { check, code, level, message, ...(fix === undefined ? {} : { fix }) };
}
