import type { Job, Schedule } from './job';
import { planOf, scheduleOf } from './plan';

const job = (schedule: Schedule): Job => ({
  id: 'a',
  name: 'Tea',
  enabled: true,
  schedule,
  sessionTarget: 'isolated',
  payload: { kind: 'agentTurn', message: 'Make tea.' },
  state: {},
});

describe('a job in the form', () => {
  it.each<[Schedule, string]>([
    [{ kind: 'cron', expr: '0 9 * * 1-5', tz: 'Europe/Berlin' }, 'weekly'],
    [{ kind: 'cron', expr: '30 18 * * 0,6', tz: 'UTC' }, 'weekly'],
    [{ kind: 'cron', expr: '5 0 * * *', tz: 'UTC' }, 'weekly'],
    [{ kind: 'cron', expr: '*/10 8-18 * * *', tz: 'UTC' }, 'expression'],
    [{ kind: 'cron', expr: '0 0 1 * *', tz: 'UTC' }, 'expression'],
    [{ kind: 'every', everyMs: 1_800_000 }, 'every'],
    [{ kind: 'every', everyMs: 172_800_000 }, 'every'],
    [{ kind: 'every', everyMs: 90_000 }, 'every'],
    [{ kind: 'at', at: '2030-01-02T03:04:00.000Z' }, 'once'],
  ])('%j is the same when nothing was changed', (schedule, kind) => {
    const plan = planOf(job(schedule), 'Asia/Tokyo');
    expect(plan).toMatchObject({ kind, name: 'Tea', task: 'Make tea.' });
    expect(scheduleOf(plan)).toEqual(schedule);
  });

  it('has no time before one is said', () => {
    const plan = planOf(job({ kind: 'at' }), 'UTC');
    expect(scheduleOf(plan)).toBeUndefined();
    expect(scheduleOf({ ...plan, kind: 'words', words: 'tomorrow' })).toBeUndefined();
    expect(scheduleOf({ ...plan, kind: 'every', count: '0' })).toBeUndefined();
  });
});
