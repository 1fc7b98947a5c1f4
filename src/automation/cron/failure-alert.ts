import { isWebAddress } from '../../common/net/host';
import type { CronFailureAlert, CronJob } from './cron-job';
import { CronJobError } from './cron-job-error';

const DEFAULT_AFTER = 2;
const MOST_AFTER = 100;
const DEFAULT_COOLDOWN_MS = 3_600_000;
const KEYS = ['after', 'cooldownMs', 'mode', 'channel', 'to', 'accountId'];

/** Of a job as somebody wrote it. @throws CronJobError naming the field, the value and the way out */
export function failureAlertOf(block: Record<string, unknown>): CronFailureAlert {
  const other = Object.keys(block).find((key) => !KEYS.includes(key));
  if (other !== undefined) throw new CronJobError(`failureAlert.${other} is not one of ${KEYS.join(', ')}`);
  const { after = DEFAULT_AFTER, cooldownMs = DEFAULT_COOLDOWN_MS, mode, channel, to, accountId } = block;
  if (!isCount(after, 1, MOST_AFTER))
    throw new CronJobError(
      `failureAlert.after must be a whole number from 1 to ${MOST_AFTER}, got ${JSON.stringify(after)}`,
    );
  if (!isCount(cooldownMs, 0, Number.MAX_SAFE_INTEGER))
    throw new CronJobError(`failureAlert.cooldownMs must be milliseconds, got ${JSON.stringify(cooldownMs)}`);
  if (mode !== undefined && mode !== 'announce' && mode !== 'webhook')
    throw new CronJobError(`failureAlert.mode ${JSON.stringify(mode)} is not one of announce, webhook`);
  if (mode === 'webhook' && !(typeof to === 'string' && isWebAddress(to)))
    throw new CronJobError(
      `failureAlert.to must be an http(s) address for mode webhook, got ${JSON.stringify(to ?? null)}`,
    );
  return {
    after,
    cooldownMs,
    ...(mode === undefined ? {} : { mode }),
    ...text('channel', channel, (value) => ({ channel: value.toLowerCase() })),
    ...text('to', to, (value) => ({ to: value })),
    ...text('accountId', accountId, (value) => ({ account: value })),
  };
}

const isCount = (value: unknown, min: number, max: number): value is number =>
  Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;

function text<T extends object>(name: string, value: unknown, take: (value: string) => T): T | Record<string, never> {
  if (value === undefined || value === null || value === '') return {};
  if (typeof value !== 'string')
    throw new CronJobError(`failureAlert.${name} must be a text, got ${JSON.stringify(value)}`);
  return take(value);
}

/** What is told now that a run has failed; undefined: nothing. */
export function dueAlert(job: CronJob, now: number): (CronFailureAlert & { errors: number }) | undefined {
  const alert = job.failureAlert ?? (job.alertAfter === undefined ? undefined : { after: job.alertAfter });
  const errors = (job.state.consecutiveErrors ?? 0) + 1;
  if (!alert || errors < alert.after) return undefined;
  const { lastFailureAlertAtMs: last } = job.state;
  if (last !== undefined && (alert.cooldownMs === undefined || now - last < alert.cooldownMs)) return undefined;
  return { ...alert, errors };
}

/** As clients know it. */
export function failureAlertView({ account, ...rest }: CronFailureAlert): Record<string, unknown> {
  return { ...rest, ...(account === undefined ? {} : { accountId: account }) };
}
