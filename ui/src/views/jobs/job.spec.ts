import { inWords, weekly } from './job';

describe('when a job runs, in words', () => {
  it.each([
    [{ kind: 'every', everyMs: 60_000 }, 'every minute'],
    [{ kind: 'every', everyMs: 5_400_000 }, 'every 90 minutes'],
    [{ kind: 'every', everyMs: 172_800_000 }, 'every 2 days'],
    [{ kind: 'cron', expr: '0 9 * * 1-5' }, 'every weekday at 09:00'],
    [
      { kind: 'cron', expr: '30 18 * * 0,6', tz: 'Europe/Berlin' },
      'every Sunday and Saturday at 18:30 (Europe/Berlin)',
    ],
    [{ kind: 'cron', expr: '5 * * * *' }, 'every hour at minute 5'],
    [{ kind: 'cron', expr: '*/10 8-18 * * *' }, '*/10 8-18 * * *'],
    [{ kind: 'cron', expr: '0 0 1 * *' }, '0 0 1 * *'],
  ] as const)('%j', (schedule, words) => expect(inWords(schedule)).toBe(words));

  it('is what the days and the time say that were chosen', () => {
    expect(weekly([1, 2, 3, 4, 5], '09:00')).toBe('0 9 * * 1-5');
    expect(weekly([6, 0], '18:30')).toBe('30 18 * * 0,6');
    expect(weekly([0, 1, 2, 3, 4, 5, 6], '00:05')).toBe('5 0 * * *');
  });
});
