import { type Job, type Schedule, weekly } from './job';

export const UNITS = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;
export type Unit = keyof typeof UNITS;

/** How a time is put down in the form. */
export type Kind = 'weekly' | 'every' | 'once' | 'words' | 'expression';

/** What the form holds. */
export interface Plan {
  name: string;
  task: string;
  kind: Kind;
  /** 0 is Sunday. */
  days: readonly number[];
  /** "09:00" */
  time: string;
  count: string;
  unit: Unit;
  /** As a field for day and time has it, in the time of this browser. */
  at: string;
  words: string;
  expr: string;
  zone: string;
}

export const emptyPlan = (zone: string): Plan => ({
  name: '',
  task: '',
  kind: 'weekly',
  days: [1, 2, 3, 4, 5],
  time: '09:00',
  count: '1',
  unit: 'hours',
  at: '',
  words: '',
  expr: '0 9 * * 1-5',
  zone,
});

/** A job as the form shows it; what no field of it can say is left to the expression. */
export function planOf(job: Job, here: string): Plan {
  const { schedule, payload } = job;
  const plan = { ...emptyPlan(here), name: job.name, task: payload.message ?? payload.text ?? '' };
  switch (schedule.kind) {
    case 'at': {
      const at = schedule.at ?? schedule.atMs;
      return { ...plan, kind: 'once', at: at === undefined ? '' : localMoment(new Date(at)) };
    }
    case 'every': {
      const unit = (['days', 'hours', 'minutes'] as const).find((each) => schedule.everyMs % UNITS[each] === 0);
      return {
        ...plan,
        kind: 'every',
        unit: unit ?? 'minutes',
        count: String(schedule.everyMs / UNITS[unit ?? 'minutes']),
      };
    }
    case 'cron': {
      const week = weekOf(schedule.expr);
      const zone = schedule.tz ?? here;
      return week
        ? { ...plan, kind: 'weekly', ...week, expr: schedule.expr, zone }
        : { ...plan, kind: 'expression', expr: schedule.expr, zone };
    }
  }
}

/** When it runs; undefined while that is not said yet, and for words, which the gateway reads. */
export function scheduleOf({ kind, days, time, count, unit, at, expr, zone }: Plan): Schedule | undefined {
  switch (kind) {
    case 'weekly':
      return time === '' ? undefined : { kind: 'cron', expr: weekly(days, time), tz: zone };
    case 'every': {
      const everyMs = Math.round(Number(count) * UNITS[unit]);
      return everyMs >= 1000 ? { kind: 'every', everyMs } : undefined;
    }
    case 'once':
      return at === '' ? undefined : { kind: 'at', at: new Date(at).toISOString() };
    case 'expression':
      return expr.trim() === '' ? undefined : { kind: 'cron', expr: expr.trim(), tz: zone };
    case 'words':
      return undefined;
  }
}

const two = (value: number): string => String(value).padStart(2, '0');

const localMoment = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;

const ALL = [0, 1, 2, 3, 4, 5, 6];
const WORKDAYS = [1, 2, 3, 4, 5];

/** Days and time of an expression that says no more than these. */
function weekOf(expr: string): { days: readonly number[]; time: string } | undefined {
  const [minute = '', hour = '', day, month, weekday = '', more] = expr.trim().split(/\s+/);
  const isPlain = (text: string): boolean => /^\d{1,2}$/.test(text);
  if (more !== undefined || day !== '*' || month !== '*' || !isPlain(minute) || !isPlain(hour)) return undefined;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (weekday === '*') return { days: ALL, time };
  if (weekday === '1-5') return { days: WORKDAYS, time };
  const days = weekday.split(',');
  return days.every((each) => isPlain(each) && Number(each) <= 7)
    ? { days: [...new Set(days.map((each) => Number(each) % 7))], time }
    : undefined;
}
