import { dayOf, firstOfWeek, isSameMonth, monthFrom, weeksOf } from './month';

describe('weeks of a month', () => {
  it('begin with the day of the language, and hold every day of it once', () => {
    const march = weeksOf('2026-03-15', 1);
    expect(march[0]?.[0]).toBe('2026-02-23');
    expect(march.at(-1)?.at(-1)).toBe('2026-04-05');
    expect(march.flat().filter((day) => day.startsWith('2026-03'))).toHaveLength(31);
    expect(weeksOf('2026-03-15', 0)[0]?.[0]).toBe('2026-03-01');
    // Four weeks and six: the least and the most.
    expect(weeksOf('2027-02-10', 1)).toHaveLength(4);
    expect(weeksOf('2026-08-31', 1)).toHaveLength(6);
    expect([firstOfWeek('en-US'), firstOfWeek('de-DE')]).toEqual([0, 1]);
  });

  it('are followed by those of the next month, also over the end of a year', () => {
    expect(monthFrom('2026-01-31', 1)).toBe('2026-02-01');
    expect(monthFrom('2026-12-31', 1)).toBe('2027-01-01');
    expect(monthFrom('2026-01-31', -1)).toBe('2025-12-01');
    expect(isSameMonth('2026-01-31', '2026-01-01')).toBe(true);
    expect(isSameMonth('2026-01-31', '2025-01-31')).toBe(false);
  });

  it('are found by an address that names a day, and by no other', () => {
    expect(dayOf('2026-02-28')).toBe('2026-02-28');
    for (const other of [null, '', 'today', '2026-13-01', '2026-2-3']) expect(dayOf(other)).toBeUndefined();
  });
});
