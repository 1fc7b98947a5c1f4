import { Cron } from 'croner';
import { nextSlot, scheduleProblem, slotsBetween } from './cron-schedule';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Cairo',
  'America/St_Johns',
  'Asia/Tehran',
  'Europe/London',
];
const minutes = ['0', '30', '*/15', '7', '5,35'];
const hours = ['0', '2', '3', '*/6', '9-17'];
const days = ['* *', '1 *', '15 1,7', '31 *'];

describe('planned times', () => {
  it('are those of croner, for 100 expressions in 12 zones from 2020 to 2030', () => {
    const expressions = minutes.flatMap((minute) =>
      hours.flatMap((hour) => days.map((day) => `${minute} ${hour} ${day} *`)),
    );
    expect(expressions).toHaveLength(100);
    for (const [index, expr] of expressions.entries()) {
      for (const tz of ZONES) {
        const oracle = new Cron(expr, { paused: true, timezone: tz });
        for (let year = 2020; year <= 2030; year++) {
          // Moments around the changes of clocks of both halves of the earth, another one for each expression.
          const from = Date.UTC(
            year,
            [2, 3, 8, 9, 10][(index + year) % 5] ?? 2,
            1 + ((index * 7) % 28),
            index % 24,
            59,
          );
          const expected = oracle.nextRun(new Date(from))?.getTime();
          expect(nextSlot({ kind: 'cron', expr, tz }, from, 0)).toBe(expected);
        }
      }
    }
  });

  it('of equal steps begin at their anchor', () => {
    const schedule = { kind: 'every', everyMs: 60_000, anchorMs: 30_000 } as const;
    expect([0, 30_000, 30_001, 90_000].map((after) => nextSlot(schedule, after, 0))).toEqual([
      30_000, 90_000, 90_000, 150_000,
    ]);
  });

  it('that were missed are counted, and the last of them listed', () => {
    const schedule = { kind: 'every', everyMs: 1000 } as const;
    expect(slotsBetween(schedule, 0, 100_000, 0, 'x', 3)).toEqual({ last: [98_000, 99_000, 100_000], count: 100 });
  });

  it('that can not be kept are refused with the reason', () => {
    expect(scheduleProblem({ kind: 'cron', expr: 'every day' })).toMatch(/schedule\.expr "every day"/);
    expect(scheduleProblem({ kind: 'cron', expr: '0 9 * * *', tz: 'Mars/Base' })).toMatch(/Mars\/Base/);
    expect(scheduleProblem({ kind: 'cron', expr: '0 0 31 2 *' })).toMatch(/never comes/);
    expect(scheduleProblem({ kind: 'every', everyMs: 10 })).toMatch(/at least 1000/);
    expect(scheduleProblem({ kind: 'cron', expr: '0 9 * * 1-5', tz: 'Europe/Berlin' })).toBeUndefined();
  });

  it('are shifted by the same length for the same job', () => {
    const schedule = { kind: 'cron', expr: '0 9 * * *', tz: 'UTC', staggerMs: 600_000 } as const;
    const first = nextSlot(schedule, Date.UTC(2026, 0, 1), 0, 'job-a') ?? 0;
    const shift = first - Date.UTC(2026, 0, 1, 9);
    expect(shift).toBeGreaterThanOrEqual(0);
    expect(shift).toBeLessThan(600_000);
    expect(nextSlot(schedule, first, 0, 'job-a')).toBe(first + 86_400_000);
    expect(nextSlot(schedule, first - 1, 0, 'job-a')).toBe(first);
  });
});
