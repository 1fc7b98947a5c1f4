import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import { userTimeZone } from '../../config/user-zone';
import { DAY_MS } from '../../common/zoned-time';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { type CalendarDay, daysFrom, plannedTimes } from './cron-calendar';
import type { CronJob, CronRunState, CronSchedule } from './cron-job';
import { zoneProblem } from './cron-time';
import { CronCalendarParams } from './cron.dto';
import { CronStore } from './cron.store';

/** Jobs that are looked at before others have their turn. */
const AT_ONCE = 50;
const DEFAULT_MOST = 10;
/** Jobs that are named because they come too often for single days. */
const MOST_FREQUENT = 20;
/** For so long it is looked how often a job comes. */
const LOOKED_AT_MS = 2 * DAY_MS;
/** Newest runs of the days that are looked through. */
const MOST_RUNS = 5000;

interface CalendarTime {
  id: string;
  name: string;
  atMs: number;
  /** What came of it; none for a time that is still to come. */
  status?: CronRunState;
}

interface Calendar {
  timeZone: string;
  days: { day: string; count: number; times: CalendarTime[] }[];
  /** Jobs that come many times a day: these are in no day. */
  frequent: { id: string; name: string; schedule: CronSchedule }[];
  frequentCount: number;
}

/** What jobs have done and will do, day by day. */
@Injectable()
export class CronCalendarRpc {
  constructor(
    private readonly store: CronStore,
    private readonly config: ConfigService,
  ) {}

  @RpcMethod({
    name: 'cron.calendar',
    scope: 'operator.read',
    params: CronCalendarParams,
    summary: 'What jobs have done and will do, day by day; those that come many times a day are named apart.',
  })
  async calendar({ from, days: count, tz, most = DEFAULT_MOST }: CronCalendarParams): Promise<Calendar> {
    const wrongZone = tz === undefined ? undefined : zoneProblem(tz, 'tz');
    if (wrongZone !== undefined) throw invalidRequest(`invalid cron.calendar params: ${wrongZone}`);
    if (Number.isNaN(Date.parse(`${from}T00:00:00Z`)))
      throw invalidRequest(`invalid cron.calendar params: from: ${from} is not a day`);
    const ownZone = userTimeZone(this.config.config);
    const timeZone = tz ?? ownZone;
    const days = daysFrom(from, count, timeZone);
    const jobs = await this.store.list();
    const { times, frequent } = await planned(jobs, days, ownZone);
    const names = new Map(jobs.map(({ id, name }) => [id, name]));
    const without = frequent.map(({ id }) => id);
    const runs = await this.store.runsBetween(startOf(days), endOf(days), { without, limit: MOST_RUNS });
    for (const { jobId, slot, state } of runs) {
      const name = names.get(jobId);
      if (name !== undefined) times.push({ id: jobId, name, atMs: slot, status: state });
    }
    times.sort((a, b) => a.atMs - b.atMs);
    const coming = frequent.filter(({ enabled }) => enabled);
    let seen = 0;
    return {
      timeZone,
      days: days.map(({ day, until }) => {
        const first = seen;
        while ((times[seen]?.atMs ?? Infinity) < until) seen++;
        return { day, count: seen - first, times: times.slice(first, Math.min(seen, first + most)) };
      }),
      frequent: coming.slice(0, MOST_FREQUENT).map(({ id, name, schedule }) => ({ id, name, schedule })),
      frequentCount: coming.length,
    };
  }
}

/** What is still to come of these days, and jobs that come too often for single days, paused ones as well. */
async function planned(
  jobs: readonly CronJob[],
  days: readonly CalendarDay[],
  zone: string,
): Promise<{ times: CalendarTime[]; frequent: CronJob[] }> {
  const times: CalendarTime[] = [];
  const frequent: CronJob[] = [];
  const now = Date.now();
  const from = Math.max(startOf(days), now);
  // Days that are over have nothing to come: how often a job comes shows in those that begin now.
  const timesOf = ofSchedules(
    (job) => plannedTimes(job, now, now + LOOKED_AT_MS, zone) && plannedTimes(job, from, endOf(days), zone),
  );
  for (const [index, job] of jobs.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await turnOfTheLoop();
    const slots = timesOf(job);
    if (!slots) frequent.push(job);
    else if (job.enabled) times.push(...slots.map((atMs) => ({ id: job.id, name: job.name, atMs })));
  }
  return { times, frequent };
}

/** The same for jobs whose expression is the same: many come at nine. */
function ofSchedules(timesOf: (job: CronJob) => number[] | undefined): typeof timesOf {
  const known = new Map<string, number[] | undefined>();
  return (job) => {
    if (job.schedule.kind !== 'cron' || job.schedule.staggerMs !== undefined) return timesOf(job);
    const key = JSON.stringify(job.schedule);
    if (!known.has(key)) known.set(key, timesOf(job));
    return known.get(key);
  };
}

const startOf = (days: readonly CalendarDay[]): number => days[0]?.from ?? 0;
const endOf = (days: readonly CalendarDay[]): number => days.at(-1)?.until ?? 0;
