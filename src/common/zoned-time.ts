export const DAY_MS = 86_400_000;
const SECOND_MS = 1000;
/** Zones whose formatter is kept: making one takes longer than using it a hundred times. */
const MOST_FORMATTERS = 100;

/** Since then the clocks of every zone have been changed at a quarter of an hour of UTC. */
const QUARTERS_SINCE = Date.UTC(1973, 0);
const QUARTER_MS = 900_000;
/** Offsets that are kept of each zone; asking for one takes a hundred times as long as looking it up. */
const MOST_OFFSETS = 10_000;

const formatters = new Map<string, Intl.DateTimeFormat>();
/** By zone, and by quarter of an hour. */
const offsets = new Map<string, Map<number, number>>();

/** Whether a name stands in the IANA list as this runtime knows it; case does not count. */
export function isTimeZone(name: unknown): name is string {
  if (typeof name !== 'string' || name === '') return false;
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** How far the clocks of a zone are ahead of UTC at a moment, in milliseconds. */
export function offsetAt(at: number, zone: string): number {
  if (zone === 'UTC') return 0;
  if (at < QUARTERS_SINCE) return askedOffset(at, zone);
  const quarter = Math.floor(at / QUARTER_MS);
  let known = offsets.get(zone);
  if (!known) {
    if (offsets.size >= MOST_FORMATTERS) offsets.clear();
    offsets.set(zone, (known = new Map()));
  }
  let offset = known.get(quarter);
  if (offset === undefined) {
    if (known.size >= MOST_OFFSETS) known.clear();
    known.set(quarter, (offset = askedOffset(quarter * QUARTER_MS, zone)));
  }
  return offset;
}

function askedOffset(at: number, zone: string): number {
  const second = Math.floor(at / SECOND_MS) * SECOND_MS;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatterOf(zone).formatToParts(second)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
}

/** What the clocks of a zone show at a moment, as if it were a time of UTC. */
export const wallTimeAt = (at: number, zone: string): number => at + offsetAt(at, zone);

/**
 * The moment at which the clocks of a zone show a time, given as if it were one of UTC. Where an hour comes twice it is
 * the first; a time that is left out is as long after the change as it would have been before it (02:30 becomes 03:30).
 */
export function momentOf(wall: number, zone: string): number {
  const before = offsetAt(wall - DAY_MS, zone);
  const after = offsetAt(wall + DAY_MS, zone);
  const moments = [wall - before, wall - after].filter((at) => wallTimeAt(at, zone) === wall);
  return moments.length > 0 ? Math.min(...moments) : wall - before;
}

/** The first moment in (from, until] with another offset than at `from`; undefined when the clocks are not changed. */
export function nextClockChange(from: number, until: number, zone: string): number | undefined {
  const offset = offsetAt(from, zone);
  let [low, high] = [from, from];
  do {
    if (high >= until) return undefined;
    low = high;
    high = Math.min(high + DAY_MS, until);
  } while (offsetAt(high, zone) === offset);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, zone) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** A moment as clocks of a zone show it: `Sat 2026-11-28 18:05`. */
export function clockTime(at: number, zone: string, style: '12' | '24' = '24'): string {
  const wall = new Date(wallTimeAt(at, zone));
  const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][wall.getUTCDay()] ?? '';
  const time = wall.toISOString().slice(11, 16);
  return `${weekday} ${wall.toISOString().slice(0, 10)} ${style === '24' ? time : halfDayTime(time)}`;
}

/** The same with the name of the zone: `Sat 2026-11-28 18:05 (Asia/Tokyo)`. */
export const zonedTime = (at: number, zone: string, style: '12' | '24' = '24'): string =>
  `${clockTime(at, zone, style)} (${zone})`;

/** The day that a calendar of a zone shows: YYYY-MM-DD. */
export const dayIn = (at: number, zone: string): string => new Date(wallTimeAt(at, zone)).toISOString().slice(0, 10);

/** `UTC+9`, `UTC-3:30`, `UTC`. */
export function offsetName(at: number, zone: string): string {
  const minutes = Math.round(offsetAt(at, zone) / 60_000);
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '-' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

function halfDayTime(time: string): string {
  const hour = Number(time.slice(0, 2));
  return `${hour % 12 === 0 ? 12 : hour % 12}${time.slice(2)} ${hour < 12 ? 'am' : 'pm'}`;
}

/** @throws RangeError when there is no such zone */
function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (!formatter) {
    const two = '2-digit';
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
    if (formatters.size >= MOST_FORMATTERS) formatters.clear();
    formatters.set(zone, formatter);
  }
  return formatter;
}
