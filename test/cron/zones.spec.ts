import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const HOSTS = ['UTC', 'Australia/Sydney', 'Europe/Berlin', 'America/New_York'];
const PROGRAM = `
  const { nextSlot } = require(${JSON.stringify(join(__dirname, '..', '..', 'dist', 'cron', 'cron-schedule.js'))});
  const slots = {};
  for (const [expr, tz] of JSON.parse(process.argv[1])) {
    const list = [];
    for (let at = Date.UTC(2025, 0, 1); (at = nextSlot({ kind: 'cron', expr, tz }, at, 0)) < Date.UTC(2026, 0, 1); ) list.push(at);
    slots[expr + ' ' + tz] = list;
  }
  process.stdout.write(JSON.stringify(slots));
`;

describe('times of jobs', () => {
  it('are the same whatever zone the host has', () => {
    const jobs = [
      'UTC',
      'Asia/Tokyo',
      'Europe/London',
      'America/Los_Angeles',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    ].flatMap((zone) => [
      ['0 * * * *', zone],
      ['30 2 * * *', zone],
      ['15 9 1 * 1', zone],
    ]);
    const [reference = {}, ...others] = HOSTS.map(
      (TZ) =>
        JSON.parse(
          execFileSync(process.execPath, ['-e', PROGRAM, JSON.stringify(jobs)], {
            env: { ...process.env, TZ },
            encoding: 'utf8',
            maxBuffer: 64 * 1024 * 1024,
          }),
        ) as Record<string, number[]>,
    );
    for (const slots of others) expect(slots).toEqual(reference);
    // An hourly job of a zone without daylight saving comes each hour of the year.
    expect(reference['0 * * * * UTC']).toHaveLength(365 * 24 - 1);
  });
});
