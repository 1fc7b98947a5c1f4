import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import { messageOf } from '../../common/openclaw-error';
import { isTimeZone, momentOf, nextClockChange, offsetAt, wallTimeAt, zonedTime } from '../../common/zoned-time';
import type { CronSchedule } from './cron-job';

type CronExpression = Extract<CronSchedule, { kind: 'cron' }>;

const DAY_MS = 86_400_000;
/** A day can be left out as a whole where a country changes to the other side of the date line. */
const LONGEST_CHANGE_MS = DAY_MS + 3_600_000;
/** Expressions that are kept as they were read. */
const MOST_PATTERNS = 200;
const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Why a schedule can't be kept; undefined when it can. */
export function scheduleProblem(schedule: CronSchedule): string | undefined {
  switch (schedule.kind) {
    case 'at':
      return Number.isFinite(schedule.atMs) ? undefined : 'schedule.atMs must be Unix time in milliseconds';
    case 'every':
      return schedule.everyMs >= 1000 ? undefined : 'schedule.everyMs must be at least 1000';
    case 'cron':
      return expressionProblem(schedule);
  }
}

function expressionProblem({ expr, tz }: CronExpression): string | undefined {
  if (tz !== undefined && !isTimeZone(tz))
    return `schedule.tz "${tz}" is not a time zone; use a name of the IANA list such as Europe/Berlin`;
  const fields = fieldsOf(expr);
  if (fields.length !== 5 && fields.length !== 6)
    return `schedule.expr "${expr}" must have five or six fields, such as "0 9 * * 1-5"`;
  try {
    return pattern(expr).nextRun() === null ? `schedule.expr "${expr}" never comes` : undefined;
  } catch (error) {
    return `schedule.expr "${expr}": ${messageOf(error)}`;
  }
}

/**
 * The first planned time after a moment, in Unix milliseconds; undefined when there is none. Pure.
 * @param createdAt anchor of `every` where none is given
 * @param zone of an expression that names none
 */
export function nextSlot(
  schedule: CronSchedule,
  after: number,
  createdAt: number,
  zone: string,
  id = '',
): number | undefined {
  switch (schedule.kind) {
    case 'at':
      return schedule.atMs > after ? schedule.atMs : undefined;
    case 'every': {
      const anchor = schedule.anchorMs ?? createdAt;
      if (after < anchor) return anchor;
      return anchor + (Math.floor((after - anchor) / schedule.everyMs) + 1) * schedule.everyMs;
    }
    case 'cron': {
      const shift = stagger(schedule.staggerMs ?? 0, id);
      const next = nextOfExpression(schedule.expr, after - shift, schedule.tz ?? zone);
      return next === undefined ? undefined : next + shift;
    }
  }
}

/** Up to `most` planned times in (after, until], oldest first, and how many there are in all. */
export function slotsBetween(
  schedule: CronSchedule,
  after: number,
  until: number,
  createdAt: number,
  zone: string,
  id: string,
  most: number,
): { last: number[]; count: number } {
  const last: number[] = [];
  let count = 0;
  for (let slot = nextSlot(schedule, after, createdAt, zone, id); slot !== undefined && slot <= until;) {
    count++;
    last.push(slot);
    if (last.length > most) last.shift();
    slot = nextSlot(schedule, slot, createdAt, zone, id);
  }
  return { last, count };
}

/** In words, for lists; times as clocks of the zone show them unless the schedule names its own. */
export function describeSchedule(schedule: CronSchedule, zone: string): string {
  switch (schedule.kind) {
    case 'at':
      return `at ${zonedTime(schedule.atMs, zone)}`;
    case 'every':
      return `every ${length(schedule.everyMs)}`;
    case 'cron':
      return `cron ${schedule.expr} (${schedule.tz ?? zone})`;
  }
}

/**
 * What the expression means for clocks is asked of croner, which zone's clocks show it when is worked out here, so that the
 * zone of the host never counts. A wild card in the minutes or hours follows the clock: it comes in both hours where one
 * comes twice, and not at all in one that is left out. Fixed times come once: in the first of the two, or as long after
 * the change as they would have come before it.
 */
const nextOfExpression = (expr: string, after: number, zone: string): number | undefined =>
  followsClock(expr) ? nextByClock(pattern(expr), after, zone) : nextFixed(pattern(expr), after, zone);

function nextByClock(wallTimes: Cron, after: number, zone: string): number | undefined {
  for (let [from, since] = [after, after]; ;) {
    const offset = offsetAt(since, zone);
    const wall = wallTimes.nextRun(new Date(from + offset));
    if (wall === null) return undefined;
    const slot = wall.getTime() - offset;
    const change = nextClockChange(since, slot, zone);
    if (change === undefined) return slot;
    // From there on the clocks show other times.
    [from, since] = [change - 1, change];
  }
}

function nextFixed(wallTimes: Cron, after: number, zone: string): number | undefined {
  const offset = offsetAt(after, zone);
  const earlier = after - LONGEST_CHANGE_MS;
  const before = offsetAt(earlier, zone);
  // What a change has left out lately comes later than the clock says.
  const from = before === offset ? after + offset : earlier + before;
  let best: number | undefined;
  for (let wall = wallTimes.nextRun(new Date(from)); wall !== null; wall = wallTimes.nextRun(wall)) {
    const shown = wall.getTime();
    if (best !== undefined && shown - Math.max(before, offset, offsetAt(best, zone)) >= best) break;
    const moment = momentOf(shown, zone);
    if (moment > after) best = Math.min(best ?? moment, moment);
    if (best === moment && before === offset && wallTimeAt(best, zone) === shown) break;
  }
  return best;
}

function fieldsOf(expr: string): string[] {
  const text = expr.trim();
  return (NICKNAMES[text.toLowerCase()] ?? text).split(/\s+/);
}

/** Whether minutes or hours are a wild card, or name every hour. */
function followsClock(expr: string): boolean {
  const [minutes = '', hours = ''] = fieldsOf(expr).slice(-5);
  return [minutes, hours].some((field) => field.startsWith('*') || field === '?') || hours === '0-23';
}

const patterns = new Map<string, Cron>();

/** Times on a clock that is never changed. */
function pattern(expr: string): Cron {
  let found = patterns.get(expr);
  if (!found) {
    found = new Cron(fieldsOf(expr).join(' '), { paused: true, utcOffset: 0 });
    if (patterns.size >= MOST_PATTERNS) patterns.clear();
    patterns.set(expr, found);
  }
  return found;
}

/** The same shift for the same job, so that many jobs of one minute do not start in one moment. */
const stagger = (most: number, id: string): number =>
  most <= 0 ? 0 : createHash('sha256').update(id).digest().readUInt32BE(0) % most;

function length(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const)
    if (ms % size === 0) return `${ms / size}${unit}`;
  return `${ms}ms`;
}
