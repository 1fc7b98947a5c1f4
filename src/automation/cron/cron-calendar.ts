import { DAY_MS, dayIn, momentOf } from '../../common/zoned-time';
import type { CronJob } from './cron-job';
import { nextSlot } from './cron-schedule';

/** A job that comes more often in a day than this would fill a calendar with itself. */
const MOST_A_DAY = 6;

/** A day of a zone: its name, such as 2026-03-29, and its bounds. */
export interface CalendarDay {
  day: string;
  from: number;
  /** The first moment behind it. */
  until: number;
}

/** So many days in a row, as the clocks of a zone count them. */
export function daysFrom(first: string, count: number, zone: string): CalendarDay[] {
  const midnight = Date.parse(`${first}T00:00:00Z`);
  const bounds = Array.from({ length: count + 1 }, (_, index) => momentOf(midnight + index * DAY_MS, zone));
  return bounds.slice(1).map((until, index) => {
    const from = bounds[index] ?? until;
    return { day: dayIn(from, zone), from, until };
  });
}

/** Planned times of a job in [from, until); undefined for one that comes too often to be shown one by one. Pure. */
export function plannedTimes(job: CronJob, from: number, until: number, zone: string): number[] | undefined {
  const times: number[] = [];
  for (let after = from - 1; ;) {
    const slot = nextSlot(job.schedule, after, job.createdAtMs, zone, job.id);
    if (slot === undefined || slot >= until) return times;
    const before = times.at(-MOST_A_DAY);
    if (before !== undefined && slot - before < DAY_MS) return undefined;
    times.push(slot);
    after = slot;
  }
}
