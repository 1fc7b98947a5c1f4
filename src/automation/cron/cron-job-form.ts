import { noThinkingLevel, thinkingLevelOf } from '../../agent/thinking-level';
import { cutText } from '../../common/cut-text';
import { isWebAddress } from '../../common/net/host';
import { isPlainObject } from '../../common/plain-object';
import type { CronDelivery, CronFailureAlert, CronJob, CronPayload, CronSchedule } from './cron-job';
import { CronJobError } from './cron-job-error';
import { failureAlertOf, failureAlertView } from './failure-alert';
import { nextSlot, scheduleProblem } from './cron-schedule';
import { type TimeContext, readTime, zoneProblem } from './cron-time';
import type { JobBudget } from '../../usage/usage-account';
import type { CronBudgetFields, CronJobFields } from './cron.dto';

const MAX_NAME = 80;
const MAX_TEXT = 8000;

/** A schedule as somebody wrote it. @throws CronJobError naming the field, the value and the way out */
export function scheduleOf(value: Record<string, unknown>, time: TimeContext): CronSchedule {
  const schedule = readSchedule(value, time);
  const problem = scheduleProblem(schedule);
  if (problem !== undefined) throw new CronJobError(problem);
  return schedule;
}

function readSchedule(value: Record<string, unknown>, time: TimeContext): CronSchedule {
  const { expr, everyMs, anchorMs, staggerMs } = value;
  const kind = kindOfSchedule(value) ?? 'at';
  const tz = value['tz'] === '' || value['tz'] === null ? undefined : value['tz'];
  const wrongZone = tz === undefined ? undefined : zoneProblem(tz, 'schedule.tz');
  if (wrongZone !== undefined) throw new CronJobError(wrongZone);
  const zone = typeof tz === 'string' ? tz : undefined;
  switch (kind) {
    case 'at': {
      const field = value['atMs'] === undefined ? 'schedule.at' : 'schedule.atMs';
      const read = readTime(value['atMs'] ?? value['at'], field, { ...time, zone: zone ?? time.zone });
      if ('problem' in read) throw new CronJobError(read.problem);
      return { kind: 'at', atMs: read.at };
    }
    case 'every':
      if (typeof everyMs !== 'number') throw new CronJobError('schedule.everyMs must be milliseconds, at least 1000');
      if (zone !== undefined)
        throw new CronJobError(
          `schedule.tz "${zone}" means nothing for equal steps, which are the same in every zone; leave it out, or use kind cron with an expression such as "0 9 * * *"`,
        );
      return { kind: 'every', everyMs, ...(typeof anchorMs === 'number' ? { anchorMs } : {}) };
    case 'cron':
      if (typeof expr !== 'string')
        throw new CronJobError('schedule.expr must be a cron expression such as "0 9 * * 1-5"');
      return {
        kind: 'cron',
        expr,
        ...(zone === undefined ? {} : { tz: zone }),
        ...(typeof staggerMs === 'number' && staggerMs > 0 ? { staggerMs } : {}),
      };
    default:
      throw new CronJobError(`schedule.kind "${String(kind)}" is not one of at, every, cron`);
  }
}

/** The kind that is named, else the one that what is written has a meaning for. */
export const kindOfSchedule = ({ kind, expr, everyMs, at, atMs }: Record<string, unknown>): unknown =>
  kind ??
  (expr !== undefined
    ? 'cron'
    : everyMs !== undefined
      ? 'every'
      : at !== undefined || atMs !== undefined
        ? 'at'
        : undefined);

/** The kind that is named, else a task where there is a message. */
export const kindOfPayload = ({ kind, message }: Record<string, unknown>): unknown =>
  kind ?? (message === undefined ? 'systemEvent' : 'agentTurn');

export function payloadOf(value: Record<string, unknown>): CronPayload {
  const { text, message, model, thinking, timeoutSeconds } = value;
  const kind = kindOfPayload(value);
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
    ...(typeof thinking === 'string' && thinking !== '' ? { thinking: levelOf(thinking) } : {}),
    ...(typeof timeoutSeconds === 'number' && timeoutSeconds > 0 ? { timeoutSeconds } : {}),
  };
}

function levelOf(word: string): string {
  const level = thinkingLevelOf(word);
  if (level === undefined) throw new CronJobError(`payload.thinking: ${noThinkingLevel(word)}`);
  return level;
}

/**
 * The `delivery` block, or the keys `deliver`, `channel` and `to` of older clients.
 * @param before what the job has: a block changes what it names of it, and null takes something out
 */
export function deliveryOf(fields: CronJobFields, before?: CronDelivery): CronDelivery | undefined {
  const block = fields.delivery && changedDelivery(before, fields.delivery);
  const old = fields.payload ?? {};
  const from = block ?? old;
  const { channel, to } = from;
  const account = from['accountId'];
  const mode = block ? block['mode'] : old['deliver'] === true || to !== undefined ? 'announce' : 'none';
  const place = {
    ...(typeof channel === 'string' ? { channel: channel.toLowerCase() } : {}),
    ...(typeof account === 'string' ? { account } : {}),
    ...(typeof to === 'string' ? { to } : {}),
  };
  // A place that is named is kept for when the job is to announce again.
  if (mode === 'none' || mode === undefined) return block ? { mode: 'none', ...place } : undefined;
  if (mode === 'webhook') {
    if (typeof to !== 'string' || !isWebAddress(to))
      throw new CronJobError(`delivery.to must be an http(s) address for mode webhook, got ${JSON.stringify(to)}`);
    return { mode, to };
  }
  if (mode !== 'announce')
    throw new CronJobError(`delivery.mode "${String(mode)}" is not one of none, announce, webhook`);
  return {
    mode,
    ...place,
    ...((from['bestEffort'] ?? from['bestEffortDeliver']) === true ? { bestEffort: true } : {}),
  };
}

/** An address is no chat, and a chat no address: `to` does not outlast a change between them. */
function changedDelivery(before: CronDelivery | undefined, block: Record<string, unknown>): Record<string, unknown> {
  if (!before) return block;
  const { account: accountId, ...rest } = before;
  const mode = block['mode'] ?? before.mode;
  const isOtherKind = (mode === 'webhook') !== (before.mode === 'webhook');
  return {
    ...rest,
    accountId,
    ...(isOtherKind ? { channel: undefined, accountId: undefined, to: undefined } : {}),
    ...block,
  };
}

/** @throws CronJobError */
export function newJob(
  fields: CronJobFields,
  {
    rules,
    ...made
  }: Pick<CronJob, 'id' | 'agentId' | 'sessionKey' | 'origin'> & Pick<Partial<CronJob>, 'route' | 'rules'>,
  time: TimeContext,
): CronJob {
  const { now } = time;
  if (!isPlainObject(fields.schedule)) throw new CronJobError('schedule is missing: {kind: at | every | cron, …}');
  if (!isPlainObject(fields.payload)) throw new CronJobError('payload is missing: {kind: systemEvent | agentTurn, …}');
  const schedule = scheduleOf(fields.schedule, time);
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
    name: fields.name ?? cutText(words, MAX_NAME, { mark: '' }),
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
    ...(fields.failureAlert ? { failureAlert: failureAlertOf(fields.failureAlert) } : {}),
    ...budgetOf(fields.budget, payload),
    state: {},
    nextRunAtMs: enabled ? firstSlot(schedule, time, made.id) : null,
    createdAtMs: now,
    updatedAtMs: now,
  };
}

/** @throws CronJobError */
export function changedJob(job: CronJob, patch: CronJobFields, time: TimeContext): CronJob {
  const { now } = time;
  const schedule = isPlainObject(patch.schedule) ? changedSchedule(job.schedule, patch.schedule, time) : job.schedule;
  const payload = isPlainObject(patch.payload)
    ? payloadOf({ ...kept(job.payload, kindOfChange(patch.payload)), ...patch.payload })
    : job.payload;
  const delivery =
    patch.delivery || patch.payload?.['deliver'] !== undefined ? deliveryOf(patch, job.delivery) : job.delivery;
  const target =
    patch.sessionTarget === undefined ? job.sessionTarget : patch.sessionTarget === 'isolated' ? 'isolated' : 'main';
  checkTarget(target, payload);
  const { failureAlert: alertBefore, ...before } = job;
  const failureAlert = changedAlert(alertBefore, patch.failureAlert);
  const enabled = patch.enabled ?? (patch.schedule ? true : job.enabled);
  const isReplanned = patch.schedule !== undefined || enabled !== job.enabled;
  if (enabled && !job.enabled && patch.schedule === undefined && schedule.kind === 'at') mustCome(schedule.atMs, time);
  return {
    ...before,
    ...(failureAlert ? { failureAlert } : {}),
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
    nextRunAtMs: !enabled ? null : isReplanned ? firstSlot(schedule, time, job.id) : job.nextRunAtMs,
    updatedAtMs: now,
  };
}

/** What a block names of it is changed, null takes something out, and the rest stays; false takes all of it away. */
function changedAlert(
  before: CronFailureAlert | undefined,
  patch: CronJobFields['failureAlert'],
): CronFailureAlert | undefined {
  if (patch === undefined) return before;
  if (patch === false || patch === null) return undefined;
  const block = Object.entries({ ...(before ? failureAlertView(before) : {}), ...patch });
  return failureAlertOf(Object.fromEntries(block.filter(([, value]) => value !== null)));
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

function changedSchedule(before: CronSchedule, patch: Record<string, unknown>, time: TimeContext): CronSchedule {
  const rest = kept(before, kindOfSchedule(patch));
  if (patch['at'] !== undefined) delete rest['atMs'];
  const schedule = scheduleOf({ ...rest, ...patch }, time);
  if (schedule.kind === 'at' && patch['tz'] !== undefined && patch['at'] === undefined && patch['atMs'] === undefined)
    throw new CronJobError('schedule.tz needs schedule.at: the time that is planned is the same in every zone');
  return schedule;
}

/** What is over does not come because it is switched on. */
function mustCome(atMs: number, time: TimeContext): void {
  const read = readTime(atMs, 'schedule.atMs', time);
  if ('problem' in read) throw new CronJobError(read.problem);
}

/** A one-shot time that passed a moment ago is due at once. */
const firstSlot = (schedule: CronSchedule, { now, zone }: TimeContext, id: string): number | null =>
  schedule.kind === 'at' ? schedule.atMs : (nextSlot(schedule, now, now, zone, id) ?? null);

/** What stays of a part when only some of its keys are changed; nothing when it becomes another kind. */
const kept = (now: CronSchedule | CronPayload, kind: unknown): Record<string, unknown> =>
  kind === undefined || kind === now.kind ? { ...now } : {};

const kindOfChange = ({ kind, text, message }: Record<string, unknown>): unknown =>
  kind ?? (message !== undefined ? 'agentTurn' : text !== undefined ? 'systemEvent' : undefined);

function checkTarget(target: CronJob['sessionTarget'], payload: CronPayload): void {
  if (target === 'isolated' && payload.kind === 'systemEvent')
    throw new CronJobError('sessionTarget isolated needs a payload of kind agentTurn');
  if (target === 'main' && payload.kind === 'agentTurn')
    throw new CronJobError('sessionTarget main needs a payload of kind systemEvent');
}
