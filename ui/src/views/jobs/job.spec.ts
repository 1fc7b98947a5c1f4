import { inWords, weekly } from './job';

describe('when a job runs, in words', () => {
  it.each([
    [{ kind: 'every', everyMs: 60_000 }, 'every minute'],
    [{ kind: 'every', everyMs: 5_400_000 }, 'every 90 minutes'],
    [{ kind: 'every', everyMs: 172_800_000 }, 'every 2 days'],
    [{ kind: 'cron', expr: '0 9 * * 1-5' }, 'every weekday at 9:00 AM'],
    [
      { kind: 'cron', expr: '30 18 * * 0,6', tz: 'Europe/Berlin' },
      'every Sunday and Saturday at 6:30 PM (Europe/Berlin)',
    ],
    [{ kind: 'cron', expr: '5 * * * *' }, 'every hour at minute 5'],
    [{ kind: 'cron', expr: '*/10 8-18 * * *' }, '*/10 8-18 * * *'],
    [{ kind: 'cron', expr: '0 0 1 * *' }, 'on day 1 of every month at 12:00 AM'],
    [{ kind: 'cron', expr: '0 0 1 * 1' }, '0 0 1 * 1'],
    [{ kind: 'cron', expr: '0 8,20 * * *' }, 'every day at 8:00 AM and 8:00 PM'],
    [{ kind: 'cron', expr: '*/15 * * * *' }, 'every 15 minutes'],
    [{ kind: 'cron', expr: '0 */2 * * *' }, 'every 2 hours'],
    // Not in equal steps: the last one of an hour is shorter.
    [{ kind: 'cron', expr: '*/7 * * * *' }, '*/7 * * * *'],
    [{ kind: 'cron', expr: '*/15 * * * 1-5' }, '*/15 * * * 1-5'],
    [{ kind: 'cron', expr: '5 * * * 1' }, '5 * * * 1'],
  ] as const)('%j', (schedule, words) => expect(inWords(schedule)).toBe(words));

  it('names the clocks that are meant where the reader has others', () => {
    const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    const other = own === 'Asia/Tokyo' ? 'Europe/Berlin' : 'Asia/Tokyo';
    expect(inWords({ kind: 'cron', expr: '0 9 * * *' }, own)).toBe('every day at 9:00 AM');
    expect(inWords({ kind: 'cron', expr: '0 9 * * *' }, other)).toBe(`every day at 9:00 AM (${other})`);
    expect(inWords({ kind: 'cron', expr: '0 9 * * *', tz: 'Asia/Kolkata' }, other)).toBe(
      'every day at 9:00 AM (Asia/Kolkata)',
    );
    expect(inWords({ kind: 'every', everyMs: 3_600_000 }, other)).toBe('every hour');
  });

  it('is what the days and the time say that were chosen', () => {
    expect(weekly([1, 2, 3, 4, 5], '09:00')).toBe('0 9 * * 1-5');
    expect(weekly([6, 0], '18:30')).toBe('30 18 * * 0,6');
    expect(weekly([0, 1, 2, 3, 4, 5, 6], '00:05')).toBe('5 0 * * *');
  });
});
