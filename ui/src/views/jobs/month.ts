import { dayIn } from '../../../../src/common/zoned-time';
import { formatLocale } from '../../words/formats';

const DAYS_OF_WEEK = 7;
const MONDAY = 1;

/** A day as calendars name it: 2026-03-29. */
export const dayText = (year: number, month: number, day: number): string => dayIn(Date.UTC(year, month, day), 'UTC');

/** A moment of the day, for writing its name; the clocks of UTC are meant. */
export const noonOf = (day: string): number => Date.parse(`${day}T12:00:00Z`);

/** The day of now, by the clocks of this browser. */
export function today(): string {
  const now = new Date();
  return dayText(now.getFullYear(), now.getMonth(), now.getDate());
}

/** A day of an address, if it is one. */
export const dayOf = (text: string | null): string | undefined =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(noonOf(text)) ? text : undefined;

/** The first day of the month that is so many months from the one of a day. */
export function monthFrom(day: string, months: number): string {
  const at = new Date(noonOf(day));
  return dayText(at.getUTCFullYear(), at.getUTCMonth() + months, 1);
}

/** Whether two days are of one month. */
export const isSameMonth = (day: string, other: string): boolean => monthFrom(day, 0) === monthFrom(other, 0);

/** Day with which weeks begin where this language is spoken; 0 is Sunday. */
export function firstOfWeek(locale = formatLocale()): number {
  interface WithWeeks extends Intl.Locale {
    getWeekInfo?(): { firstDay: number };
    weekInfo?: { firstDay: number };
  }
  const known: WithWeeks = new Intl.Locale(locale);
  return ((known.getWeekInfo?.() ?? known.weekInfo)?.firstDay ?? MONDAY) % DAYS_OF_WEEK;
}

/** Whole weeks in which the month of a day lies. */
export function weeksOf(day: string, first = firstOfWeek()): string[][] {
  const at = new Date(noonOf(day));
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  const before = (new Date(Date.UTC(year, month, 1)).getUTCDay() - first + DAYS_OF_WEEK) % DAYS_OF_WEEK;
  const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const weeks = Math.ceil((before + length) / DAYS_OF_WEEK);
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: DAYS_OF_WEEK }, (_, index) => dayText(year, month, 1 - before + week * DAYS_OF_WEEK + index)),
  );
}
