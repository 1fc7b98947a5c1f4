import { EXEC_ASK, EXEC_SECURITY, type ExecAsk, type ExecSecurity } from '../tools.config';

/** Of several that apply to one command, the one that counts; undefined ones don't. */
export function strictestSecurity(values: readonly (ExecSecurity | undefined)[]): ExecSecurity {
  return EXEC_SECURITY.find((mode) => values.includes(mode)) ?? 'allowlist';
}

/** The one that asks most often. */
export function mostInsistentAsk(values: readonly (ExecAsk | undefined)[]): ExecAsk {
  return EXEC_ASK.findLast((mode) => values.includes(mode)) ?? 'on-miss';
}
