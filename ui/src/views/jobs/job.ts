import { plural, t } from '@lingui/core/macro';
import { wholeMoment } from '../../kit/time';
import { allOf, date, weekdayName } from '../../words/formats';

/** A job, as `cron.list` tells it. */
export interface Job {
  id: string;
  name: string;
  enabled: boolean;
  schedule: Schedule;
  agentId?: string;
  sessionTarget: 'main' | 'isolated';
  payload: { kind: 'systemEvent' | 'agentTurn'; text?: string; message?: string };
  delivery?: { mode: string; channel?: string; to?: string };
  state: {
    nextRunAtMs?: number;
    lastRunAtMs?: number;
    lastStatus?: 'ok' | 'error' | 'skipped';
    lastError?: string;
    consecutiveErrors?: number;
  };
}

export type Schedule =
  | { kind: 'at'; at?: string; atMs?: number }
  | { kind: 'every'; everyMs: number }
  | { kind: 'cron'; expr: string; tz?: string };

/** Zone of whoever reads, in which all other times are shown. */
const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * When a job runs, in words; an expression that is not plain stays one.
 * @param zone of times that name none, as the gateway has it; said where it is not that of the reader
 */
export function inWords(schedule: Schedule, zone?: string): string {
  switch (schedule.kind) {
    case 'at': {
      const at = schedule.at ?? schedule.atMs;
      return at === undefined ? t`once` : t`once, ${wholeMoment(new Date(at).getTime())}`;
    }
    case 'every': {
      return everyInWords(schedule.everyMs);
    }
    case 'cron': {
      const clocks = schedule.tz ?? (zone === ownZone() ? undefined : zone);
      return `${cronInWords(schedule.expr) ?? schedule.expr}${clocks ? ` (${clocks})` : ''}`;
    }
  }
}

function cronInWords(expr: string): string | undefined {
  const [minute = '', hour = '', day = '', month, weekday = '', more] = expr.trim().split(/\s+/);
  if (more !== undefined || month !== '*') return undefined;
  const step = stepOf(minute, hour);
  if (step !== undefined && day === '*' && weekday === '*') return everyInWords(step);
  const hours = hour.split(',');
  if (!isNumber(minute)) return undefined;
  if (hour === '*' && day === '*' && weekday === '*') return t`every hour at minute ${minute}`;
  if (!hours.every(isNumber)) return undefined;
  const time = allOf(hours.map((each) => clockWords(Number(each), Number(minute))));
  if (day !== '*') return isNumber(day) && weekday === '*' ? t`on day ${day} of every month at ${time}` : undefined;
  if (weekday === '*') return t`every day at ${time}`;
  if (weekday === '1-5') return t`every weekday at ${time}`;
  const days = weekday.split(',');
  if (!days.every((each) => isNumber(each) && Number(each) <= 7)) return undefined;
  const names = allOf(days.map((each) => weekdayName(Number(each) % 7)));
  return t`every ${names} at ${time}`;
}

/** Milliseconds of an expression that comes in equal steps; they fill an hour or a day. */
function stepOf(minute: string, hour: string): number | undefined {
  const within = (text: string, whole: number): number | undefined => {
    const step = /^\*\/(\d{1,2})$/.exec(text)?.[1];
    return step !== undefined && Number(step) > 0 && whole % Number(step) === 0 ? Number(step) : undefined;
  };
  const [minutes, hours] = [within(minute, 60), within(hour, 24)];
  if (hour === '*' && minutes !== undefined) return minutes * 60_000;
  return minute === '0' && hours !== undefined ? hours * 3_600_000 : undefined;
}

/** A time of day as this language writes it. */
const clockWords = (hour: number, minute: number): string =>
  date(Date.UTC(1970, 0, 1, hour, minute), { timeStyle: 'short', timeZone: 'UTC' });

function everyInWords(ms: number): string {
  if (ms % 86_400_000 === 0) return plural(ms / 86_400_000, { one: 'every day', other: 'every # days' });
  if (ms % 3_600_000 === 0) return plural(ms / 3_600_000, { one: 'every hour', other: 'every # hours' });
  if (ms % 60_000 === 0) return plural(ms / 60_000, { one: 'every minute', other: 'every # minutes' });
  return plural(ms / 1000, { one: 'every second', other: 'every # seconds' });
}

const isNumber = (text: string): boolean => /^\d{1,2}$/.test(text);

/** An expression for certain days of the week (0 is Sunday) at a time such as "09:30". */
export function weekly(days: readonly number[], time: string): string {
  const [hour = '0', minute = '0'] = time.split(':');
  const sorted = [...days].sort((a, b) => a - b);
  const on =
    sorted.length === 7 || sorted.length === 0 ? '*' : sorted.join(',') === '1,2,3,4,5' ? '1-5' : sorted.join(',');
  return `${Number(minute)} ${Number(hour)} * * ${on}`;
}
