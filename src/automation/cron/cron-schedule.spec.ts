import { momentOf, offsetAt, wallTimeAt } from '../../common/zoned-time';
import { describeSchedule, nextSlot, scheduleProblem, slotsBetween } from './cron-schedule';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Casablanca',
  'America/St_Johns',
  'Asia/Tehran',
  'Europe/London',
];

/** Slots of a day or two, told apart by nothing but what clocks show. */
const slotsIn = (expr: string, tz: string, from: number, until: number): number[] =>
  slotsBetween({ kind: 'cron', expr, tz }, from - 1, until, 0, 'UTC', 'x', Infinity).last;

/** What clocks show in each minute, and when they show each: the definition, worked out once for all expressions. */
function minutesOf(tz: string, from: number, until: number): { shown: [number, Date][]; moments: [number, Date][] } {
  const every = (begin: number, end: number): number[] =>
    [...Array(Math.floor((end - begin) / MINUTE) + 1).keys()].map((index) => begin + index * MINUTE);
  return {
    shown: every(from, until).map((at) => [at, new Date(wallTimeAt(at, tz))]),
    moments: every(from - 26 * HOUR, until + 26 * HOUR).map((wall) => [momentOf(wall, tz), new Date(wall)]),
  };
}

/** The day before and after each change of a zone's clocks in a year. */
function changes(tz: string, year: number): [number, number][] {
  const found: [number, number][] = [];
  for (let at = Date.UTC(year, 0, 2); at < Date.UTC(year, 11, 30); at += 24 * HOUR)
    if (offsetAt(at, tz) !== offsetAt(at + 24 * HOUR, tz)) found.push([at - 24 * HOUR, at + 48 * HOUR]);
  return found;
}

const all = (count: number): number[] => [...Array(count).keys()];
const EXPRESSIONS: [string, number[], number[], boolean][] = [
  ['0 * * * *', [0], all(24), true],
  ['*/15 * * * *', [0, 15, 30, 45], all(24), true],
  ['20 */2 * * *', [20], all(24).filter((hour) => hour % 2 === 0), true],
  ['*/30 1-3 * * *', [0, 30], [1, 2, 3], true],
  ['30 2 * * *', [30], [2], false],
  ['20,30,45 0-3 * * *', [20, 30, 45], [0, 1, 2, 3], false],
  ['0 1,2,3,23 * * *', [0], [1, 2, 3, 23], false],
];

describe('planned times', () => {
  it('are what the clocks of the zone show on the days on which they are changed', () => {
    for (const tz of ZONES)
      for (const year of tz === 'Pacific/Apia' ? [2011] : [2026])
        for (const [from, until] of changes(tz, year)) {
          const { shown, moments } = minutesOf(tz, from, until);
          for (const [expr, minutes, hours, wild] of EXPRESSIONS) {
            const expected = (wild ? shown : moments)
              .filter(([, wall]) => minutes.includes(wall.getUTCMinutes()) && hours.includes(wall.getUTCHours()))
              .map(([at]) => at)
              .filter((at) => at >= from && at <= until);
            const sorted = [...new Set(expected)].sort((a, b) => a - b);
            expect([expr, tz, year, slotsIn(expr, tz, from, until)]).toEqual([expr, tz, year, sorted]);
          }
        }
  });

  const berlin = (expr: string, from: string, until: string): string[] =>
    slotsIn(expr, 'Europe/Berlin', Date.parse(from), Date.parse(until)).map((at) =>
      new Date(at).toISOString().slice(5, 16),
    );

  it('of wild cards come in both hours where one comes twice; fixed ones in the first', () => {
    const night = ['2026-10-24T23:30Z', '2026-10-25T02:30Z'] as const;
    expect(berlin('0 * * * *', ...night)).toEqual(['10-25T00:00', '10-25T01:00', '10-25T02:00']);
    expect(berlin('30 * * * *', ...night)).toEqual(['10-24T23:30', '10-25T00:30', '10-25T01:30', '10-25T02:30']);
    expect(berlin('30 2 * * *', ...night)).toEqual(['10-25T00:30']);
  });

  it('of wild cards are left out with the hour that is missing; fixed ones come after it', () => {
    const night = ['2026-03-28T23:30Z', '2026-03-29T03:00Z'] as const;
    expect(berlin('0 */2 * * *', ...night)).toEqual(['03-29T02:00']);
    expect(berlin('*/30 2 * * *', ...night)).toEqual([]);
    expect(berlin('30 2 * * *', ...night)).toEqual(['03-29T01:30']);
  });

  it('of days, weekdays, months and years are those of the calendar of the zone', () => {
    const next = (expr: string, tz: string, after: string): string | undefined => {
      const at = nextSlot({ kind: 'cron', expr, tz }, Date.parse(after), 0, 'UTC');
      return at === undefined ? undefined : new Date(at).toISOString();
    };
    expect(next('0 0 * * 1', 'Asia/Tokyo', '2026-11-28T00:00Z')).toBe('2026-11-29T15:00:00.000Z');
    expect(next('0 0 1 * *', 'America/Los_Angeles', '2026-11-28T00:00Z')).toBe('2026-12-01T08:00:00.000Z');
    expect(next('0 12 29 2 *', 'Europe/Paris', '2026-11-28T00:00Z')).toBe('2028-02-29T11:00:00.000Z');
    expect(next('* * 1 7 *', 'Europe/Berlin', '2026-11-28T00:00Z')).toBe('2027-06-30T22:00:00.000Z');
    expect(next('30 0 9 * * *', 'Asia/Tokyo', '2026-11-28T00:00:00Z')).toBe('2026-11-28T00:00:30.000Z');
    expect(next('@daily', 'Asia/Tokyo', '2026-11-28T00:00Z')).toBe('2026-11-28T15:00:00.000Z');
  });

  it('are those of the zone that is given where the expression names none', () => {
    const schedule = { kind: 'cron', expr: '0 9 * * *' } as const;
    const after = Date.UTC(2026, 10, 28);
    expect(nextSlot(schedule, after, 0, 'Europe/Berlin')).toBe(Date.UTC(2026, 10, 28, 8));
    expect(nextSlot(schedule, after, 0, 'America/New_York')).toBe(Date.UTC(2026, 10, 28, 14));
    expect(describeSchedule(schedule, 'Europe/Berlin')).toBe('cron 0 9 * * * (Europe/Berlin)');
    expect(describeSchedule({ kind: 'at', atMs: after }, 'Asia/Tokyo')).toBe('at Sat 2026-11-28 09:00 (Asia/Tokyo)');
  });

  it('of equal steps begin at their anchor', () => {
    const schedule = { kind: 'every', everyMs: 60_000, anchorMs: 30_000 } as const;
    expect([0, 30_000, 30_001, 90_000].map((after) => nextSlot(schedule, after, 0, 'UTC'))).toEqual([
      30_000, 90_000, 90_000, 150_000,
    ]);
  });

  it('that were missed are counted, and the last of them listed', () => {
    const schedule = { kind: 'every', everyMs: 1000 } as const;
    expect(slotsBetween(schedule, 0, 100_000, 0, 'UTC', 'x', 3)).toEqual({
      last: [98_000, 99_000, 100_000],
      count: 100,
    });
  });

  it('that can not be kept are refused with the reason', () => {
    expect(scheduleProblem({ kind: 'cron', expr: 'every day' })).toMatch(/schedule\.expr "every day" must have five/);
    expect(scheduleProblem({ kind: 'cron', expr: '2027-01-01T09:00:00' })).toMatch(/must have five or six fields/);
    expect(scheduleProblem({ kind: 'cron', expr: '0 25 * * *' })).toMatch(/schedule\.expr "0 25 \* \* \*"/);
    expect(scheduleProblem({ kind: 'cron', expr: '0 9 * * *', tz: 'Mars/Base' })).toMatch(/schedule\.tz "Mars\/Base"/);
    expect(scheduleProblem({ kind: 'cron', expr: '0 0 31 2 *' })).toMatch(/never comes/);
    expect(scheduleProblem({ kind: 'every', everyMs: 10 })).toMatch(/at least 1000/);
    expect(scheduleProblem({ kind: 'cron', expr: '0 9 * * 1-5', tz: 'Europe/Berlin' })).toBeUndefined();
  });

  it('are shifted by the same length for the same job', () => {
    const schedule = { kind: 'cron', expr: '0 9 * * *', tz: 'UTC', staggerMs: 600_000 } as const;
    const first = nextSlot(schedule, Date.UTC(2026, 0, 1), 0, 'UTC', 'job-a') ?? 0;
    const shift = first - Date.UTC(2026, 0, 1, 9);
    expect(shift).toBeGreaterThanOrEqual(0);
    expect(shift).toBeLessThan(600_000);
    expect(nextSlot(schedule, first, 0, 'UTC', 'job-a')).toBe(first + 86_400_000);
    expect(nextSlot(schedule, first - 1, 0, 'UTC', 'job-a')).toBe(first);
  });
});
