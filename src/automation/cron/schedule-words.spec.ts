import fc from 'fast-check';
import { nextSlot, scheduleProblem } from './cron-schedule';
import { scheduleInWords } from './schedule-words';

const NOW = Date.UTC(2026, 10, 28, 12);
const read = (text: string): unknown => scheduleInWords(text, NOW, 'Europe/Berlin');

describe('a schedule said in words', () => {
  it.each([
    ['every weekday at 9', '0 9 * * 1-5'],
    ['Every weekday at 9:30 am', '30 9 * * 1-5'],
    ['on weekdays at 18.15', '15 18 * * 1-5'],
    ['every day at noon', '0 12 * * *'],
    ['daily at 7', '0 7 * * *'],
    ['every morning', '0 8 * * *'],
    ['every evening at 7', '0 19 * * *'],
    ['mornings at 6:45', '45 6 * * *'],
    ['every monday and thursday at 18:00', '0 18 * * 1,4'],
    ['Mondays, Wednesdays and Fridays at 6 pm', '0 18 * * 1,3,5'],
    ['weekends at 10am', '0 10 * * 0,6'],
    ['sat at 12 am', '0 0 * * 6'],
    ['on the 1st of every month at 8', '0 8 1 * *'],
    ['monthly on the 15th at 09:05', '5 9 15 * *'],
    ['the 1st and the 15th of each month at 8', '0 8 1,15 * *'],
    ['every december 24th at 16:00', '0 16 24 12 *'],
    ['every 15 minutes', '*/15 * * * *'],
    ['every hour', '0 * * * *'],
    ['hourly', '0 * * * *'],
    ['every 6 hours', '0 */6 * * *'],
  ])('%s is %s', (text, expr) => {
    expect(read(text)).toEqual({ kind: 'cron', expr });
  });

  it.each([
    ['every 7 minutes', { kind: 'every', everyMs: 420_000 }],
    ['every 36 hours', { kind: 'every', everyMs: 129_600_000 }],
    ['in 20 minutes', { kind: 'at', at: 'in 20 minutes' }],
    ['tomorrow at 9', { kind: 'at', at: '2026-11-29T09:00' }],
    ['today at 17:30', { kind: 'at', at: '2026-11-28T17:30' }],
    ['on 2027-06-01 at 9 pm', { kind: 'at', at: '2027-06-01T21:00' }],
    ['tomorrow at noon', { kind: 'at', at: '2026-11-29T12:00' }],
  ])('%s', (text, plan) => {
    expect(read(text)).toEqual(plan);
  });

  it.each([
    '',
    'sometimes',
    'every weekday',
    'at 9',
    'every weekday at 25',
    'every weekday at 9:75',
    'every weekday at 13 pm',
    'every second tuesday at 9',
    'every weekday at 9 except fridays',
    'every day at 9 and at 18',
    'on the 32nd of every month at 8',
    'every 0 minutes',
    'every day at 9 send me the news',
    'tomorrow and every friday at 9',
    'last day of the month at 9',
  ])('does not guess: "%s"', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it('tomorrow is the day of the person’s calendar', () => {
    const late = Date.UTC(2026, 10, 28, 20);
    expect(scheduleInWords('tomorrow at 9', late, 'Asia/Tokyo')).toEqual({ kind: 'at', at: '2026-11-30T09:00' });
    expect(scheduleInWords('tomorrow at 9', late, 'UTC')).toEqual({ kind: 'at', at: '2026-11-29T09:00' });
  });

  it('whatever words it takes make a schedule that comes', () => {
    const word = fc.constantFrom(
      ...'every each daily monthly weekday weekdays monday fri sunday 1st 31st month day at 9 9:30 pm am noon 15 minutes hours tomorrow on the of and in morning december first second'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 7 }), (words) => {
        const plan = scheduleInWords(words.join(' '), NOW, 'UTC');
        if (plan?.kind !== 'cron') return;
        expect(scheduleProblem(plan)).toBeUndefined();
        expect(nextSlot(plan, NOW, NOW, 'UTC')).toBeGreaterThan(NOW);
      }),
      { numRuns: 3000 },
    );
  });
});
