import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const HOSTS = ['UTC', 'Australia/Sydney', 'Europe/Berlin', 'America/New_York'];
const ZONES = [
  'UTC',
  'Asia/Tokyo',
  'Europe/London',
  'Europe/Berlin',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Pacific/Apia',
];
/** Each day of ten years, each hour of the days on which clocks are changed, and of an expression without a zone. */
const PROGRAM = `
  const { nextSlot, slotsBetween } = require(${JSON.stringify(join(__dirname, '..', '..', 'dist', 'automation', 'cron', 'cron-schedule.js'))});
  const { nextClockChange } = require(${JSON.stringify(join(__dirname, '..', '..', 'dist', 'common', 'zoned-time.js'))});
  const [from, until] = [Date.UTC(2025, 0, 1), Date.UTC(2035, 0, 1)];
  const between = (expr, tz, a, b, zone = 'UTC') => slotsBetween({ kind: 'cron', expr, tz }, a, b, 0, zone, 'x', Infinity).last;
  const slots = {};
  for (const tz of JSON.parse(process.argv[1])) {
    for (const expr of ['30 2 * * *', '15 9 1 * 1']) slots[expr + ' ' + tz] = between(expr, tz, from, until);
    const hourly = (slots['0 * * * * ' + tz] = []);
    for (let at = from; (at = nextClockChange(at, until, tz)) !== undefined; )
      hourly.push(...between('0 * * * *', tz, at - 86400000, at + 86400000));
    slots['none named, ' + tz] = between('0 7 * * *', undefined, from, from + 30 * 86400000, tz);
  }
  slots.utc = between('0 * * * *', 'UTC', from, Date.UTC(2026, 0, 1) - 1);
  process.stdout.write(JSON.stringify(slots));
`;

describe('times of jobs', () => {
  it('are the same whatever zone the host has, over ten years', () => {
    const [reference = {}, ...others] = HOSTS.map(
      (TZ) =>
        JSON.parse(
          execFileSync(process.execPath, ['-e', PROGRAM, JSON.stringify(ZONES)], {
            env: { ...process.env, TZ },
            encoding: 'utf8',
            maxBuffer: 64 * 1024 * 1024,
          }),
        ) as Record<string, number[]>,
    );
    for (const slots of others) expect(slots).toEqual(reference);
    expect(reference['30 2 * * * Europe/Berlin']).toHaveLength(3652);
    expect(reference['0 * * * * Europe/Berlin']).toHaveLength(20 * 48);
    // An hourly job of a zone without daylight saving comes each hour of the year.
    expect(reference['utc']).toHaveLength(365 * 24 - 1);
  });
});
