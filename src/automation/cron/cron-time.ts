import { isTimeZone, momentOf, wallTimeAt, zonedTime } from '../../common/zoned-time';

/** What a time is read with. */
export interface TimeContext {
  now: number;
  /** Whose clocks are meant where the text names no offset. */
  zone: string;
}

/** A moment that was written, or what is wrong with it and the way out. */
export type ReadTime = { at: number } | { problem: string };

/** A time that passed so lately is meant to be now: the message was on its way. */
const GRACE_MS = 60_000;
const FARTHEST_YEARS = 50;
const EARLIEST_UNIX_MS = 100_000_000_000;
const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  sec: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  w: 7 * 86_400_000,
  week: 7 * 86_400_000,
};
const WAYS =
  'write 2027-06-01T09:00 (with Z or +02:00 for another zone), "tomorrow at 9:00" or a length such as "in 20m"';
const DAY_MS = 86_400_000;
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const SPOKEN = /^(?:(?:on\s+)?(?!at\s)([a-z]+)\s+)?(at\s+)?(\d{1,2})(?::(\d{2}))?\s*(am|pm)?$/i;
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * When something is to happen once: an ISO 8601 time (without an offset as clocks of the zone show it, a day alone from its
 * beginning), a day and hour as people say them (`tomorrow at 9`, `friday 18:30`, `at 6pm`), a length from now (`20m`, `in 1 hour 30 minutes`), or Unix time in milliseconds. Days that no calendar has,
 * times that have passed and numbers that say nothing are refused.
 * @param field as whoever wrote it knows it
 */
export function readTime(value: unknown, field: string, context: TimeContext): ReadTime {
  const problem = (what: string): ReadTime => ({ problem: `${field} ${what}` });
  const shown = JSON.stringify(value) ?? 'nothing';
  const at = typeof value === 'number' ? unixTime(value) : typeof value === 'string' ? textTime(value, context) : NaN;
  if (at === 'no such day') return problem(`${shown} is no day or time that there is; ${WAYS}`);
  if (at === 'too small')
    return problem(`${shown} is not a time: Unix time counts in milliseconds, and everything else has a year; ${WAYS}`);
  if (!Number.isFinite(at)) return problem(`${shown} is not a time that can be read; ${WAYS}`);
  const { now, zone } = context;
  if (at < now - GRACE_MS)
    return problem(
      `${shown} is in the past: it is ${zonedTime(now, zone)} now; name a later time, or a length such as "in 20m"`,
    );
  if (at > now + FARTHEST_YEARS * 365.25 * 86_400_000)
    return problem(`${shown} is more than ${FARTHEST_YEARS} years away; Unix time counts in milliseconds; ${WAYS}`);
  return { at };
}

/** Why a zone can't be used; undefined when it can. */
export const zoneProblem = (zone: unknown, field: string): string | undefined =>
  isTimeZone(zone)
    ? undefined
    : `${field} ${JSON.stringify(zone)} is not a time zone; use a name of the IANA list such as Europe/Berlin`;

/** No length of time is said in more. */
const MOST_LETTERS = 100;

/** Milliseconds of `20m`, `1h30m`, `in 20 minutes`, `1 hour and 5 minutes`, `an hour`; undefined for what is no length. */
export function lengthOf(text: string): number | undefined {
  if (text.length > MOST_LETTERS) return undefined;
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^(in\s+|\+)/, '')
    .replace(/\band\b|,/g, ' ')
    .trim();
  const parts = [...words.matchAll(/(\d+(?:\.\d+)?|\ban?\b)\s*([a-z]+)\s*/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== words) return undefined;
  let sum = 0;
  for (const [, amount = '', name = ''] of parts) {
    const unit = UNITS[name] ?? UNITS[name.replace(/s$/, '')];
    if (unit === undefined) return undefined;
    sum += (amount.startsWith('a') ? 1 : Number(amount)) * unit;
  }
  return sum > 0 ? Math.round(sum) : undefined;
}

const unixTime = (value: number): number | 'too small' => (value < EARLIEST_UNIX_MS ? 'too small' : value);

function textTime(value: string, { now, zone }: TimeContext): number | 'too small' | 'no such day' {
  const text = value.trim();
  if (/^\d+$/.test(text)) return unixTime(Number(text));
  const length = lengthOf(text);
  if (length !== undefined) return now + length;
  const found = ISO.exec(text);
  if (!found) return spokenTime(text, { now, zone });
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '0', offset = ''] = found;
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const wall = Date.parse(`${written}.000Z`);
  // What has to be put right by the calendar was never a time.
  if (!Number.isFinite(wall) || !new Date(wall).toISOString().startsWith(written)) return 'no such day';
  const exact = wall + Math.floor(Number(`0.${fraction}`) * 1000);
  if (offset === '') return momentOf(exact, zone);
  const shift = offsetMs(offset);
  return shift === undefined ? 'no such day' : exact - shift;
}

/** The next time that the clocks of the zone show so; NaN for what names no hour, or a day that is not known. */
function spokenTime(text: string, { now, zone }: TimeContext): number | 'no such day' {
  const found = SPOKEN.exec(text);
  if (!found) return NaN;
  const [, day, at, hours = '', minutes, half] = found;
  // A number alone is no hour.
  if (day === undefined && minutes === undefined && half === undefined) return NaN;
  if (day !== undefined && at === undefined && minutes === undefined && half === undefined) return NaN;
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  if (hour > 23 || Number(minutes ?? 0) > 59 || (half !== undefined && (Number(hours) > 12 || hours === '0')))
    return 'no such day';
  const today = Math.floor(wallTimeAt(now, zone) / DAY_MS);
  const timeOn = (days: number): number =>
    momentOf((today + days) * DAY_MS + (hour * 60 + Number(minutes ?? 0)) * 60_000, zone);
  switch (day?.toLowerCase()) {
    case undefined:
      return timeOn(0) > now ? timeOn(0) : timeOn(1);
    case 'today':
      return timeOn(0);
    case 'tomorrow':
      return timeOn(1);
  }
  const weekday = WEEKDAYS.findIndex((name) => name === day?.toLowerCase());
  if (weekday < 0) return NaN;
  const days = (weekday - new Date(today * DAY_MS).getUTCDay() + 7) % 7;
  return timeOn(days) > now ? timeOn(days) : timeOn(days + 7);
}

function offsetMs(offset: string): number | undefined {
  if (offset.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(3).replace(':', '') || 0)];
  if (hours > 14 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
