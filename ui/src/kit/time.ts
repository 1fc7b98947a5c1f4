import { t } from '@lingui/core/macro';
import { date, number } from '../words/formats';

const DAY_MS = 86_400_000;

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Days between two moments by the calendar; 1 is yesterday. */
export const daysAgo = (at: number, now: number): number => Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);

export const clockTime = (at: number): string => date(at, { timeStyle: 'short' });

/** The time to the second, for logs. */
export const exactTime = (at: number): string => date(at, { timeStyle: 'medium' });

/** "Today", "Yesterday", "Monday", "3 March" or "3 March 2024". */
export function dayName(at: number, now = Date.now()): string {
  const days = daysAgo(at, now);
  if (days === 0) return t`Today`;
  if (days === 1) return t`Yesterday`;
  if (days === -1) return t`Tomorrow`;
  if (days > 1 && days < 7) return date(at, { weekday: 'long' });
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return date(at, { day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) });
}

/** The same within a sentence: "today", "tomorrow", "on Monday". */
export function dayInText(at: number, now = Date.now()): string {
  const days = daysAgo(at, now);
  if (days === 0) return t`today`;
  if (days === 1) return t`yesterday`;
  if (days === -1) return t`tomorrow`;
  const day = dayName(at, now);
  return t`on ${day}`;
}

/** Day and time within a sentence: "tomorrow at 9:00 AM". */
export const momentInText = (at: number, now = Date.now()): string => t`${dayInText(at, now)} at ${clockTime(at)}`;

/** A time of today, else the day; for lists. */
export const shortMoment = (at: number, now = Date.now()): string =>
  daysAgo(at, now) === 0 ? clockTime(at) : dayName(at, now);

/** Day and time as whole words. */
export const wholeMoment = (at: number): string => date(at, { dateStyle: 'full', timeStyle: 'short' });

const UNITS = [
  ['day', DAY_MS],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** "3 days", "1 hour", "12 seconds": the largest unit that fits. */
export function roughly(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= each) ?? UNITS[3];
  const count = Math.max(0, Math.floor(ms / size));
  return number(count, { style: 'unit', unit, unitDisplay: 'long' });
}
