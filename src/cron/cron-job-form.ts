import { isWebAddress } from '../common/net/host';
import { isPlainObject } from '../common/plain-object';
import type { CronDelivery, CronJob, CronPayload, CronSchedule } from './cron-job';
import { nextSlot, scheduleProblem } from './cron-schedule';
import type { JobBudget } from '../usage/usage-account';
import type { CronBudgetFields, CronJobFields } from './cron.dto';

const MAX_NAME = 80;
const MAX_TEXT = 8000;

/** What is wrong with a job that somebody wrote, with the field, the value and the way out. */
export class CronJobError extends Error {}

export function scheduleOf(value: Record<string, unknown>): CronSchedule {
  const schedule = readSchedule(value);
  const problem = scheduleProblem(schedule);
  if (problem !== undefined) throw new CronJobError(problem);
  return schedule;
}

function readSchedule(value: Record<string, unknown>): CronSchedule {
  const { expr, tz, everyMs, anchorMs, staggerMs } = value;
  const kind = value['kind'] ?? (expr !== undefined ? 'cron' : everyMs !== undefined ? 'every' : 'at');
  switch (kind) {
    case 'at': {
      const at = value['atMs'] ?? value['at'];
      const atMs = typeof at === 'number' ? at : typeof at === 'string' ? Date.parse(at) : NaN;
      if (!Number.isFinite(atMs))
        throw new CronJobError(
          `schedule needs atMs (Unix milliseconds) or at (ISO 8601), got ${JSON.stringify(at ?? null)}`,
        );
      return { kind: 'at', atMs };
    }
    case 'every':
      if (typeof everyMs !== 'number') throw new CronJobError('schedule.everyMs must be milliseconds, at least 1000');
      return { kind: 'every', everyMs, ...(typeof anchorMs === 'number' ? { anchorMs } : {}) };
    case 'cron':
      if (typeof expr !== 'string')
        throw new CronJobError('schedule.expr must be a cron expression such as "0 9 * * 1-5"');
      return {
        kind: 'cron',
        expr,
        ...(typeof tz === 'string' && tz !== '' ? { tz } : {}),
        ...(typeof staggerMs === 'number' && staggerMs > 0 ? { staggerMs } : {}),
      };
    default:
      throw new CronJobError(`schedule.kind "${String(kind)}" is not one of at, every, cron`);
  }
}

export function payloadOf(value: Record<string, unknown>): CronPayload {
  const { text, message, model, thinking, timeoutSeconds } = value;
  const kind = value['kind'] ?? (message === undefined ? 'systemEvent' : 'agentTurn');
  const words = kind === 'agentTurn' ? message : text;
  if (kind !== 'systemEvent' && kind !== 'agentTurn')
    throw new CronJobError(`payload.kind "${String(kind)}" is not one of systemEvent, agentTurn`);
  const field = kind === 'agentTurn' ? 'payload.message' : 'payload.text';
  if (typeof words !== 'string' || words.trim() === '') throw new CronJobError(`${field} must say something`);
  if (words.length > MAX_TEXT)
    throw new CronJobError(`${field} has ${words.length} characters, at most ${MAX_TEXT} are taken`);
  if (kind === 'systemEvent') return { kind, text: words };
  return {
    kind,
    message: words,
    ...(typeof model === 'string' && model !== '' ? { model } : {}),
    ...(typeof thinking === 'string' && thinking !== '' ? { thinking } : {}),
    ...(typeof timeoutSeconds === 'number' && timeoutSeconds > 0 ? { timeoutSeconds } : {}),
  };
}

/** The `delivery` block, or the keys `deliver`, `channel` and `to` of older clients. */
export function deliveryOf(fields: CronJobFields): CronDelivery | undefined {
  const block = fields.delivery;
  const old = fields.payload ?? {};
  const from = block ?? old;
  const { channel, to } = from;
  const account = from['accountId'];
  const mode = block ? block['mode'] : old['deliver'] === true || to !== undefined ? 'announce' : 'none';
  if (mode === 'none' || mode === undefined) return block ? { mode: 'none' } : undefined;
  if (mode === 'webhook') {
    if (typeof to !== 'string' || !isWebAddress(to))
      throw new CronJobError(`delivery.to must be an http(s) address for mode webhook, got ${JSON.stringify(to)}`);
    return { mode, to };
  }
  if (mode !== 'announce')
    throw new CronJobError(`delivery.mode "${String(mode)}" is not one of none, announce, webhook`);
  return {
    mode,
    ...(typeof channel === 'string' ? { channel: channel.toLowerCase() } : {}),
    ...(typeof account === 'string' ? { account } : {}),
    ...(typeof to === 'string' ? { to } : {}),
    ...((from['bestEffort'] ?? from['bestEffortDeliver']) === true ? { bestEffort: true } : {}),
  };
}

/** @throws CronJobError */
export function newJob(
  fields: CronJobFields,
  {
    rules,
    ...made
  }: Pick<CronJob, 'id' | 'agentId' | 'sessionKey' | 'origin'> & Pick<Partial<CronJob>, 'route' | 'rules'>,
  now: number,
): CronJob {
  if (!isPlainObject(fields.schedule)) throw new CronJobError('schedule is missing: {kind: at | every | cron, …}');
  if (!isPlainObject(fields.payload)) throw new CronJobError('payload is missing: {kind: systemEvent | agentTurn, …}');
  const schedule = scheduleOf(fields.schedule);
  const payload = payloadOf(fields.payload);
  const delivery = deliveryOf(fields);
  const words = payload.kind === 'agentTurn' ? payload.message : payload.text;
  const target =
    fields.sessionTarget === 'isolated' || (fields.sessionTarget === undefined && payload.kind === 'agentTurn')
      ? 'isolated'
      : 'main';
  checkTarget(target, payload);
  const enabled = fields.enabled !== false;
  return {
    ...made,
    // A text in a conversation is worked on with what that may do.
    ...(rules && target === 'isolated' ? { rules } : {}),
    name: fields.name ?? words.slice(0, MAX_NAME),
    ...(fields.description ? { description: fields.description } : {}),
    enabled,
    deleteAfterRun: fields.deleteAfterRun ?? false,
    schedule,
    sessionTarget: target,
    wakeMode: fields.wakeMode ?? (payload.kind === 'systemEvent' ? 'now' : 'next-heartbeat'),
    payload,
    ...(delivery ? { delivery } : {}),
    ...(fields.misfire ? { misfire: fields.misfire } : {}),
    ...(fields.overlap ? { overlap: fields.overlap } : {}),
    ...(fields.retries === undefined ? {} : { retries: fields.retries }),
    ...(fields.alertAfter ? { alertAfter: fields.alertAfter } : {}),
    ...budgetOf(fields.budget, payload),
    state: {},
    nextRunAtMs: enabled ? firstSlot(schedule, now, made.id) : null,
    createdAtMs: now,
    updatedAtMs: now,
  };
}

/** @throws CronJobError */
export function changedJob(job: CronJob, patch: CronJobFields, now: number): CronJob {
  const schedule = isPlainObject(patch.schedule)
    ? scheduleOf({ ...keyed(job.schedule, patch.schedule), ...patch.schedule })
    : job.schedule;
  const payload = isPlainObject(patch.payload)
    ? payloadOf({ ...keyed(job.payload, patch.payload), ...patch.payload })
    : job.payload;
  const delivery = patch.delivery || patch.payload?.['deliver'] !== undefined ? deliveryOf(patch) : job.delivery;
  const target =
    patch.sessionTarget === undefined ? job.sessionTarget : patch.sessionTarget === 'isolated' ? 'isolated' : 'main';
  checkTarget(target, payload);
  const enabled = patch.enabled ?? (patch.schedule ? true : job.enabled);
  const isReplanned = patch.schedule !== undefined || enabled !== job.enabled;
  return {
    ...job,
    ...(patch.name === undefined ? {} : { name: patch.name }),
    ...(patch.description === undefined ? {} : { description: patch.description }),
    ...(patch.deleteAfterRun === undefined ? {} : { deleteAfterRun: patch.deleteAfterRun }),
    ...(patch.wakeMode === undefined ? {} : { wakeMode: patch.wakeMode }),
    ...(patch.misfire === undefined ? {} : { misfire: patch.misfire }),
    ...(patch.overlap === undefined ? {} : { overlap: patch.overlap }),
    ...(patch.retries === undefined ? {} : { retries: patch.retries }),
    ...(patch.alertAfter === undefined ? {} : { alertAfter: patch.alertAfter }),
    ...(delivery ? { delivery } : {}),
    ...(patch.budget === undefined ? {} : { budget: undefined, ...budgetOf(patch.budget, payload) }),
    enabled,
    schedule,
    payload,
    sessionTarget: target,
    nextRunAtMs: !enabled ? null : isReplanned ? firstSlot(schedule, now, job.id) : job.nextRunAtMs,
    updatedAtMs: now,
  };
}

/** Without limits there is no budget: that is how one is taken away again. */
function budgetOf(fields: CronBudgetFields | undefined, payload: CronPayload): { budget?: JobBudget } {
  const { tokens, costUsd, window = 'run' } = fields ?? {};
  if (tokens === undefined && costUsd === undefined) return {};
  if (payload.kind !== 'agentTurn') throw new CronJobError('budget needs a payload of kind agentTurn');
  return {
    budget: { window, ...(tokens === undefined ? {} : { tokens }), ...(costUsd === undefined ? {} : { costUsd }) },
  };
}

/** A one-shot time that has passed is due at once. */
const firstSlot = (schedule: CronSchedule, now: number, id: string): number | null =>
  schedule.kind === 'at' ? schedule.atMs : (nextSlot(schedule, now, now, id) ?? null);

/** What stays of a part when only some of its keys are changed; nothing when it becomes another kind. */
const keyed = (now: CronSchedule | CronPayload, patch: Record<string, unknown>): Record<string, unknown> =>
  patch['kind'] === undefined || patch['kind'] === now.kind ? { ...now } : {};

function checkTarget(target: CronJob['sessionTarget'], payload: CronPayload): void {
  if (target === 'isolated' && payload.kind === 'systemEvent')
    throw new CronJobError('sessionTarget isolated needs a payload of kind agentTurn');
  if (target === 'main' && payload.kind === 'agentTurn')
    throw new CronJobError('sessionTarget main needs a payload of kind systemEvent');
}
