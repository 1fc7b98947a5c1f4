import { createHash } from 'node:crypto';
import { type PlainObject, isPlainObject } from '../../common/plain-object';
import type { CronDelivery, CronJob } from './cron-job';
import { failureAlertView } from './failure-alert';

/** A job as clients know it. */
export function jobView(job: CronJob): Record<string, unknown> {
  const {
    nextRunAtMs,
    state: { failureTold: ____, ...state },
    route: _,
    origin: __,
    sessionKey: ___,
    delivery,
    failureAlert,
    ...rest
  } = job;
  const { lastRunAtMs, lastStatus, lastError } = state;
  return {
    ...rest,
    ...(delivery ? { delivery: deliveryView(delivery) } : {}),
    ...(failureAlert ? { failureAlert: failureAlertView(failureAlert) } : {}),
    schedule: scheduleView(job),
    state: {
      ...state,
      ...(lastStatus === undefined ? {} : { lastRunStatus: lastStatus }),
      ...(nextRunAtMs === null ? {} : { nextRunAtMs }),
    },
    effectiveAgentId: job.agentId,
    configRevision: configRevision(job),
    ...(nextRunAtMs === null ? {} : { nextRunAtMs }),
    ...(lastRunAtMs === undefined ? {} : { lastRunAtMs }),
    ...(lastStatus === undefined ? {} : { lastRunStatus: lastStatus }),
    ...(lastError === undefined ? {} : { lastRunError: lastError }),
  };
}

const deliveryView = ({ account, ...rest }: CronDelivery): Record<string, unknown> => ({
  ...rest,
  ...(account === undefined ? {} : { accountId: account }),
});

/** What lists of clients with many jobs show. */
export function compactJobView(job: CronJob): Record<string, unknown> {
  const { id, name, description, enabled, schedule, effectiveAgentId, sessionTarget, state, nextRunAtMs } = jobView(
    job,
  ) as Record<string, unknown>;
  return { id, name, description, enabled, schedule, effectiveAgentId, sessionTarget, state, nextRunAtMs };
}

/** Where the answers of a job go, in words. */
export function deliveryPreview(delivery: CronDelivery | undefined): { label: string; detail: string } {
  if (!delivery || delivery.mode === 'none') return { label: 'not requested', detail: 'not requested' };
  const { mode, channel, to } = delivery;
  if (mode === 'webhook') return { label: `webhook:${to ?? ''}`, detail: 'webhook' };
  const isLast = channel === undefined || channel === 'last';
  return {
    label: `announce -> ${isLast ? 'last' : `${channel}${to === undefined ? '' : `:${to}`}`}`,
    detail: isLast ? 'where the owner last wrote' : 'explicit',
  };
}

/** Changes when the job itself does, and not when it runs. */
export function configRevision({ state: _, nextRunAtMs: __, updatedAtMs: ___, ...definition }: CronJob): string {
  return revisionOf(definition);
}

/** Changes when anything in a list of jobs does. */
export const snapshotRevision = (jobs: readonly CronJob[]): string => revisionOf(jobs);

const revisionOf = (value: unknown): string =>
  `sha256:${createHash('sha256')
    .update(JSON.stringify(value, (_, entry: unknown) => (isPlainObject(entry) ? inOrder(entry) : entry)))
    .digest('hex')}`;

/** What is read back from the store has its keys in another order. */
const inOrder = (object: PlainObject): PlainObject =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

function scheduleView({ schedule, createdAtMs }: CronJob): Record<string, unknown> {
  if (schedule.kind === 'at') return { ...schedule, at: new Date(schedule.atMs).toISOString() };
  return schedule.kind === 'every' ? { anchorMs: createdAtMs, ...schedule } : schedule;
}
