import { daysFrom, plannedTimes } from './cron-calendar';
import type { CronJob, CronSchedule } from './cron-job';

const HOUR = 3_600_000;
const job = (schedule: CronSchedule): CronJob => ({ id: 'x', createdAtMs: 0, schedule }) as CronJob;

describe('days of a calendar', () => {
  it('begin when the clocks of their zone say so, also when those are changed', () => {
    const [saturday, sunday, monday] = daysFrom('2026-03-28', 3, 'Europe/Berlin');
    expect([saturday, sunday, monday].map((each) => each?.day)).toEqual(['2026-03-28', '2026-03-29', '2026-03-30']);
    expect(saturday?.from).toBe(Date.UTC(2026, 2, 27, 23));
    expect(sunday && sunday.until - sunday.from).toBe(23 * HOUR);
    expect(monday?.from).toBe(sunday?.until);
  });
});

describe('planned times of a calendar', () => {
  const [from, until] = [Date.UTC(2026, 2, 1), Date.UTC(2026, 3, 1)];

  it('are all of them from the first moment on, before the last', () => {
    const times = plannedTimes(job({ kind: 'cron', expr: '0 0 1,15,31 * *' }), from, until, 'UTC');
    expect(times).toEqual([from, Date.UTC(2026, 2, 15), Date.UTC(2026, 2, 31)]);
    expect(plannedTimes(job({ kind: 'at', atMs: until }), from, until, 'UTC')).toEqual([]);
    expect(plannedTimes(job({ kind: 'at', atMs: until - 1 }), from, until, 'UTC')).toEqual([until - 1]);
  });

  it('are none of a job that comes more than six times in a day', () => {
    expect(plannedTimes(job({ kind: 'every', everyMs: 4 * HOUR }), from, until, 'UTC')).toHaveLength(31 * 6);
    expect(plannedTimes(job({ kind: 'every', everyMs: 4 * HOUR - 1 }), from, until, 'UTC')).toBeUndefined();
    expect(plannedTimes(job({ kind: 'cron', expr: '*/5 * * * *' }), from, until, 'UTC')).toBeUndefined();
  });
});
