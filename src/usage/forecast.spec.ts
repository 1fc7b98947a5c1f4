import { forecastMonth } from './forecast';

const day = (name: string, usd: number) => ({ day: name, usd, tokens: usd * 1000 });

describe('what a month comes to', () => {
  it('is what was used and the pace of the last seven days for those that are left', () => {
    const days = [
      day('2026-10-31', 100),
      day('2026-11-02', 5),
      ...Array.from({ length: 7 }, (_, n) => day(`2026-11-1${n}`, 2)),
    ];
    expect(forecastMonth(days, '2026-11-16')).toEqual({
      month: '2026-11',
      usedUsd: 19,
      usedTokens: 19_000,
      forecastUsd: 19 + 2 * 14,
      forecastTokens: 47_000,
      paceDays: 7,
    });
  });

  it('goes by fewer days where nothing was used before, and counts days of the month before for the pace alone', () => {
    expect(forecastMonth([day('2026-11-28', 3)], '2026-11-28')).toMatchObject({ forecastUsd: 9, paceDays: 1 });
    expect(forecastMonth([day('2026-02-27', 2), day('2026-03-01', 4)], '2026-03-01')).toMatchObject({
      usedUsd: 4,
      forecastUsd: 4 + 2 * 30,
      paceDays: 3,
    });
    expect(forecastMonth([], '2026-12-31')).toMatchObject({ usedUsd: 0, forecastUsd: 0 });
    expect(forecastMonth([day('2028-02-28', 1)], '2028-02-28')).toMatchObject({ forecastUsd: 2 });
  });
});
