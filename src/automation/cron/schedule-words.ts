import { lengthOf } from './cron-time';
import { dayIn } from '../../common/zoned-time';

/** What somebody wants in words, as the `schedule` of a job; the rest is what it did not say. */
export type SchedulePlan =
  { kind: 'at'; at: string } | { kind: 'every'; everyMs: number } | { kind: 'cron'; expr: string };

/** No schedule is said in more. */
const MOST_LETTERS = 500;
const DAY_MS = 86_400_000;
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const HOURS: Readonly<Record<string, [number, number]>> = {
  midnight: [0, 0],
  noon: [12, 0],
  midday: [12, 0],
  morning: [8, 0],
  afternoon: [14, 0],
  evening: [18, 0],
  night: [21, 0],
};
/** Words that carry nothing here. */
const FILLERS = new Set(['on', 'the', 'of', 'and', 'each', 'at', 'o’clock', "o'clock", 'in', 'a']);

/**
 * A schedule said in English: "every weekday at 9", "mondays and thursdays at 18:30", "every 15 minutes", "on the 1st of
 * every month at 8 am", "in 20 minutes", "tomorrow at noon". Undefined for what it does not understand as a whole: half of
 * a plan would be a wrong plan.
 * @param now Unix milliseconds
 * @param zone whose calendar says which day tomorrow is
 */
export function scheduleInWords(text: string, now: number, zone: string): SchedulePlan | undefined {
  if (text.length > MOST_LETTERS) return undefined;
  const said = text
    .trim()
    .toLowerCase()
    .replace(/[,.]+(?=\s|$)/g, ' ')
    .replace(/\s+/g, ' ');
  const equal = /^every (?:(\d+) ?)?(second|minute|hour)s?$/.exec(said);
  if (equal) return equalSteps(Number(equal[1] ?? 1), equal[2] ?? '');
  if (said === 'hourly') return { kind: 'cron', expr: '0 * * * *' };
  const length = said.startsWith('in ') ? lengthOf(said) : undefined;
  if (length !== undefined) return { kind: 'at', at: said };

  const clock = takeClock(said);
  if (!clock) return undefined;
  const { hour, minute, rest } = clock;
  const words = rest.split(' ').filter((word) => word !== '' && !FILLERS.has(word));
  const once = onceOn(words, now, zone);
  if (once !== undefined) return { kind: 'at', at: `${once}T${two(hour)}:${two(minute)}` };
  const days = daysOf(words);
  return days === undefined ? undefined : { kind: 'cron', expr: `${minute} ${hour} ${days}` };
}

function equalSteps(count: number, unit: string): SchedulePlan | undefined {
  if (count < 1) return undefined;
  // Steps that divide the hour or the day begin on it, as people expect of them.
  if (unit === 'minute' && 60 % count === 0)
    return { kind: 'cron', expr: count === 1 ? '* * * * *' : `*/${count} * * * *` };
  if (unit === 'hour' && 24 % count === 0)
    return { kind: 'cron', expr: count === 1 ? '0 * * * *' : `0 */${count} * * *` };
  const size = unit === 'second' ? 1000 : unit === 'minute' ? 60_000 : 3_600_000;
  return { kind: 'every', everyMs: count * size };
}

/** The time of day, and what is said beside it; undefined where there is none, or one that no clock shows. */
function takeClock(said: string): { hour: number; minute: number; rest: string } | undefined {
  const named = new RegExp(`\\b(${Object.keys(HOURS).join('|')})s?\\b`).exec(said);
  const exact =
    /(?:\bat )?\b(\d{1,2})(?:[:.](\d{2}))? ?(am|pm)\b|(?:\bat )?\b(\d{1,2})[:.](\d{2})\b|\bat (\d{1,2})\b/.exec(said);
  if (exact) {
    const hour = Number(exact[1] ?? exact[4] ?? exact[6]);
    const minute = Number(exact[2] ?? exact[5] ?? 0);
    const half = exact[3];
    if (minute > 59 || (half ? hour < 1 || hour > 12 : hour > 23)) return undefined;
    const isMorning = named?.[1] === 'morning' || named === null || half !== undefined;
    const late = half === 'pm' || (!isMorning && hour < 12);
    const full = half ? (hour % 12) + (half === 'pm' ? 12 : 0) : late ? hour + 12 : hour;
    const rest = said.replace(exact[0], ' ').replace(named?.[0] ?? '', named ? everyDayOf(named[0]) : '');
    return { hour: full % 24, minute, rest };
  }
  if (!named) return undefined;
  const [hour, minute] = HOURS[named[1] ?? ''] ?? [0, 0];
  return { hour, minute, rest: said.replace(named[0], everyDayOf(named[0])) };
}

/** "mornings" says every day by itself; "every morning" has its own word for it. */
const everyDayOf = (word: string): string => (word.endsWith('s') ? ' daily ' : ' ');

/** The day of a single time, YYYY-MM-DD; undefined where none is named. */
function onceOn(words: readonly string[], now: number, zone: string): string | undefined {
  const [first, ...more] = words;
  if (more.length > 0 || first === undefined) return undefined;
  if (first === 'today' || first === 'tonight') return dayIn(now, zone);
  if (first === 'tomorrow') return dayIn(now + DAY_MS, zone);
  return /^\d{4}-\d{2}-\d{2}$/.test(first) ? first : undefined;
}

/** Day, month and weekday fields; undefined for words that name no days. */
function daysOf(words: readonly string[]): string | undefined {
  const [first = '', ...more] = words;
  if (words.length === 0) return undefined;
  if (['daily', 'everyday', 'every'].includes(first) && more.every((word) => word === 'day' || word === 'days'))
    return '* * *';
  const named = words.filter((word) => word !== 'every' && word !== 'month' && word !== 'monthly' && word !== 'year');
  if (named.every((word) => dayName(word) !== undefined) && named.length > 0 && !words.includes('month'))
    return `* * ${named.map((word) => dayName(word)).join(',')}`;
  const dates = named.map(dayOfMonth);
  const isMonthly = words.includes('month') || words.includes('monthly');
  if (isMonthly && dates.length > 0 && dates.every((day) => day !== undefined)) return `${dates.join(',')} * *`;
  const month = named.map((word) => MONTHS.findIndex((name) => name === word || name.slice(0, 3) === word) + 1);
  const [at] = named.map(dayOfMonth).filter((day) => day !== undefined);
  const [ofMonth] = month.filter((number) => number > 0);
  const isYearly = words.includes('every') && named.length === 2;
  return isYearly && at !== undefined && ofMonth !== undefined ? `${at} ${ofMonth} *` : undefined;
}

function dayName(word: string): string | undefined {
  if (/^(week|work)days?$/.test(word)) return '1-5';
  if (/^weekends?$/.test(word)) return '0,6';
  const index = DAYS.findIndex(
    (name) => [name, `${name}s`, name.slice(0, 3)].includes(word) || word === `${name.slice(0, 4)}s`,
  );
  return index < 0 ? undefined : String(index);
}

function dayOfMonth(word: string): number | undefined {
  if (word === 'first') return 1;
  const day = Number(/^(\d{1,2})(?:st|nd|rd|th)$/.exec(word)?.[1] ?? NaN);
  return day >= 1 && day <= 31 ? day : undefined;
}

const two = (value: number): string => String(value).padStart(2, '0');
