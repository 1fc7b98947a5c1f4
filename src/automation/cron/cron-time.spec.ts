import fc from 'fast-check';
import { momentOf, wallTimeAt } from '../../common/zoned-time';
import { lengthOf, readTime } from './cron-time';

const now = Date.parse('2026-11-28T09:00:00Z');
const read = (value: unknown, zone = 'Asia/Tokyo'): string => {
  const time = readTime(value, 'schedule.at', { now, zone });
  return 'problem' in time ? time.problem : new Date(time.at).toISOString();
};

describe('times that people and models write', () => {
  it.each([
    ['2027-06-01T09:00:00', '2027-06-01T00:00:00.000Z'],
    ['2027-06-01 09:00', '2027-06-01T00:00:00.000Z'],
    ['2027-06-01', '2027-05-31T15:00:00.000Z'],
    ['2027-06-01T09:00:00Z', '2027-06-01T09:00:00.000Z'],
    ['2027-06-01T09:00:00.250+02:00', '2027-06-01T07:00:00.250Z'],
    ['2027-06-01T09:00-0330', '2027-06-01T12:30:00.000Z'],
    ['2027-06-01T09:00 +05', '2027-06-01T04:00:00.000Z'],
    ['2028-02-29T12:00Z', '2028-02-29T12:00:00.000Z'],
    ['20m', '2026-11-28T09:20:00.000Z'],
    ['in 10m', '2026-11-28T09:10:00.000Z'],
    ['20 minutes', '2026-11-28T09:20:00.000Z'],
    ['In 1 hour and 30 minutes', '2026-11-28T10:30:00.000Z'],
    ['1h30m', '2026-11-28T10:30:00.000Z'],
    ['in an hour', '2026-11-28T10:00:00.000Z'],
    ['2 days', '2026-11-30T09:00:00.000Z'],
    ['+2w', '2026-12-12T09:00:00.000Z'],
    [Date.UTC(2027, 0, 1), '2027-01-01T00:00:00.000Z'],
    [String(Date.UTC(2027, 0, 1)), '2027-01-01T00:00:00.000Z'],
    // It is Saturday, 18:00 in Tokyo.
    ['tomorrow at 9', '2026-11-29T00:00:00.000Z'],
    ['Tomorrow 09:30', '2026-11-29T00:30:00.000Z'],
    ['today at 6:30pm', '2026-11-28T09:30:00.000Z'],
    ['at 7 am', '2026-11-28T22:00:00.000Z'],
    ['18:30', '2026-11-28T09:30:00.000Z'],
    ['12am', '2026-11-28T15:00:00.000Z'],
    ['12 pm', '2026-11-29T03:00:00.000Z'],
    ['on Monday at 8', '2026-11-29T23:00:00.000Z'],
    ['saturday 18:00', '2026-12-05T09:00:00.000Z'],
    ['saturday 18:01', '2026-11-28T09:01:00.000Z'],
    // A message that was on its way for a moment.
    [now - 20_000, '2026-11-28T08:59:40.000Z'],
  ])('%p is read', (value, expected) => expect(read(value)).toBe(expected));

  it.each([
    ['9', /"9" is not a time/],
    ['2027', /"2027" is not a time/],
    [9, /9 is not a time/],
    [Math.floor(Date.UTC(2027, 0, 1) / 1000), /Unix time counts in milliseconds/],
    ['2027-02-30T10:00:00Z', /"2027-02-30T10:00:00Z" is no day/],
    ['2027-02-29', /is no day/],
    ['2027-13-01', /is no day/],
    ['2027-06-01T25:00', /is no day or time/],
    ['2027-06-01T09:60', /is no day or time/],
    ['2027-06-01T09:00+99:00', /is no day or time/],
    ['2020-01-01T00:00:00Z', /is in the past: it is Sat 2026-11-28 18:00 \(Asia\/Tokyo\) now/],
    ['2026-11-28T17:00', /is in the past/],
    ['9999-01-01', /more than 50 years away/],
    [now * 1000, /more than 50 years away/],
    ['tomorrow', /"tomorrow" is not a time that can be read; write 2027/],
    ['tomorrow 9', /can be read/],
    ['at 9', /can be read/],
    ['someday at 9', /can be read/],
    ['tomorrow at 25:00', /is no day or time/],
    ['tomorrow at 13pm', /is no day or time/],
    ['today at 9:00', /is in the past/],
    ['20 parsecs', /can be read/],
    ['0m', /can be read/],
    ['', /can be read/],
    [undefined, /can be read/],
    [NaN, /can be read/],
    [{}, /can be read/],
  ])('%p is refused with field, value and the way out', (value, expected) => {
    expect(read(value)).toMatch(/^schedule\.at /);
    expect(read(value)).toMatch(expected);
  });

  it('is the first of two where an hour comes twice, and after the change where one is left out', () => {
    expect(read('2027-10-31T02:30', 'Europe/Berlin')).toBe('2027-10-31T00:30:00.000Z');
    expect(read('2027-03-28T02:30', 'Europe/Berlin')).toBe('2027-03-28T01:30:00.000Z');
  });

  it('is said by day and hour also over a change of the clocks', () => {
    const said = (text: string, at: string): string => {
      const time = readTime(text, 'at', { now: Date.parse(at), zone: 'Europe/Berlin' });
      return 'problem' in time ? time.problem : new Date(time.at).toISOString();
    };
    expect(said('tomorrow at 9', '2027-03-27T11:00:00Z')).toBe('2027-03-28T07:00:00.000Z');
    expect(said('tomorrow at 9', '2027-10-30T11:00:00Z')).toBe('2027-10-31T08:00:00.000Z');
    // Shortly before midnight there it is still today.
    expect(said('tomorrow at 9', '2027-06-01T21:59:00Z')).toBe('2027-06-02T07:00:00.000Z');
    expect(said('tomorrow at 9', '2027-06-01T22:01:00Z')).toBe('2027-06-03T07:00:00.000Z');
  });

  it('is what the clocks of the zone show then, in every zone', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const minutes = fc.integer({ min: 1, max: 10 * 365 * 24 * 60 });
    fc.assert(
      fc.property(zones, minutes, (zone, minute) => {
        const at = now + minute * 60_000;
        const wall = wallTimeAt(at, zone);
        const moment = momentOf(wall, zone);
        expect(wallTimeAt(moment, zone)).toBe(wall);
        expect(read(new Date(wall).toISOString().slice(0, 16), zone)).toBe(new Date(moment).toISOString());
      }),
      { numRuns: 300 },
    );
  });

  it('are lengths only when all of it is one', () => {
    expect(lengthOf('30s')).toBe(30_000);
    expect(lengthOf('1.5h')).toBe(5_400_000);
    expect(lengthOf('20m later')).toBeUndefined();
    expect(lengthOf('m')).toBeUndefined();
    expect(lengthOf('30')).toBeUndefined();
  });
});
