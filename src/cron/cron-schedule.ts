import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import { messageOf } from '../common/openclaw-error';
import type { CronSchedule } from './cron-job';

/** Why a schedule can't be kept; undefined when it can. */
export function scheduleProblem(schedule: CronSchedule): string | undefined {
  switch (schedule.kind) {
    case 'at':
      return Number.isFinite(schedule.atMs) ? undefined : 'schedule.atMs must be Unix time in milliseconds';
    case 'every':
      return schedule.everyMs >= 1000 ? undefined : 'schedule.everyMs must be at least 1000';
    case 'cron':
      try {
        return pattern(schedule).nextRun() === null ? `schedule.expr "${schedule.expr}" never comes` : undefined;
      } catch (error) {
        return `schedule.expr "${schedule.expr}"${schedule.tz ? ` in ${schedule.tz}` : ''}: ${messageOf(error)}`;
      }
  }
}

/**
 * The first planned time after a moment, in Unix milliseconds; undefined when there is none. Pure but for the host's
 * zone, where the schedule names none.
 * @param createdAt anchor of `every` where none is given
 */
export function nextSlot(schedule: CronSchedule, after: number, createdAt: number, id = ''): number | undefined {
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
      const next = pattern(schedule).nextRun(new Date(after - shift));
      return next === null ? undefined : next.getTime() + shift;
    }
  }
}

/** Up to `most` planned times in (after, until], oldest first, and how many there are in all. */
export function slotsBetween(
  schedule: CronSchedule,
  after: number,
  until: number,
  createdAt: number,
  id: string,
  most: number,
): { last: number[]; count: number } {
  const last: number[] = [];
  let count = 0;
  for (let slot = nextSlot(schedule, after, createdAt, id); slot !== undefined && slot <= until;) {
    count++;
    last.push(slot);
    if (last.length > most) last.shift();
    slot = nextSlot(schedule, slot, createdAt, id);
  }
  return { last, count };
}

/** In words, for lists. */
export function describeSchedule(schedule: CronSchedule): string {
  switch (schedule.kind) {
    case 'at':
      return `at ${new Date(schedule.atMs).toISOString()}`;
    case 'every':
      return `every ${length(schedule.everyMs)}`;
    case 'cron':
      return `cron ${schedule.expr}${schedule.tz ? ` (${schedule.tz})` : ''}`;
  }
}

const pattern = ({ expr, tz }: Extract<CronSchedule, { kind: 'cron' }>): Cron =>
  new Cron(expr, { paused: true, ...(tz ? { timezone: tz } : {}) });

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
