import { ToldTimes } from './told-times';

const MINUTE = 60_000;

describe('the time that a conversation is told', () => {
  const start = Date.parse('2026-11-28T14:50:00Z');
  const told = (times: ToldTimes, minutes: number, zone = 'UTC', key = 'main'): number =>
    (times.of(key, start + minutes * MINUTE, zone) - start) / MINUTE;

  it('stays the same for five minutes, so that what a provider has read is found again', () => {
    const times = new ToldTimes();
    expect([0, 2, 4.9, 5, 6, 20].map((minutes) => told(times, minutes))).toEqual([0, 0, 0, 5, 5, 20]);
  });

  it('changes with the day of the person, and when a clock is set back', () => {
    const times = new ToldTimes();
    // 23:58 and 00:01 in Tokyo.
    expect([8, 11].map((minutes) => told(times, minutes, 'Asia/Tokyo'))).toEqual([8, 11]);
    expect(told(times, 1, 'Asia/Tokyo')).toBe(1);
  });

  it('is another for each conversation', () => {
    const times = new ToldTimes();
    expect([told(times, 0, 'UTC', 'a'), told(times, 2, 'UTC', 'b'), told(times, 3, 'UTC', 'a')]).toEqual([0, 2, 0]);
  });
});
