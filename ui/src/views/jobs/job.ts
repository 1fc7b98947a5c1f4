import { plural, t } from '@lingui/core/macro';
import { wholeMoment } from '../../kit/time';
import { allOf, weekdayName } from '../../words/formats';
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

/** When a job runs, in words; an expression that is not plain stays one. */
export function inWords(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'at': {
      const at = schedule.at ?? schedule.atMs;
      return at === undefined ? t`once` : t`once, ${wholeMoment(new Date(at).getTime())}`;
    }
    case 'every': {
      return everyInWords(schedule.everyMs);
    }
    case 'cron':
      return `${cronInWords(schedule.expr) ?? schedule.expr}${schedule.tz ? ` (${schedule.tz})` : ''}`;
  }
}

function cronInWords(expr: string): string | undefined {
  const [minute = '', hour = '', day, month, weekday = '', more] = expr.trim().split(/\s+/);
  if (more !== undefined || day !== '*' || month !== '*' || !isNumber(minute)) return undefined;
  if (hour === '*') return t`every hour at minute ${minute}`;
  if (!isNumber(hour)) return undefined;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (weekday === '*') return t`every day at ${time}`;
  if (weekday === '1-5') return t`every weekday at ${time}`;
  const days = weekday.split(',');
  if (!days.every((each) => isNumber(each) && Number(each) <= 7)) return undefined;
  const names = allOf(days.map((each) => weekdayName(Number(each) % 7)));
  return t`every ${names} at ${time}`;
}

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
