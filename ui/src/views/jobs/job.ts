/** A job, as `cron.list` tells it. */
export interface Job {
  id: string;
  name: string;
  enabled: boolean;
  schedule: Schedule;
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

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** When a job runs, in words; an expression that is not plain stays one. */
export function inWords(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'at': {
      const at = schedule.at ?? schedule.atMs;
      return at === undefined
        ? 'once'
        : `once, ${new Date(at).toLocaleString([], { dateStyle: 'full', timeStyle: 'short' })}`;
    }
    case 'every': {
      const [unit, size] = UNITS.find(([, each]) => schedule.everyMs % each === 0) ?? UNITS[3];
      const count = schedule.everyMs / size;
      return count === 1 ? `every ${unit}` : `every ${count} ${unit}s`;
    }
    case 'cron':
      return `${cronInWords(schedule.expr) ?? schedule.expr}${schedule.tz ? ` (${schedule.tz})` : ''}`;
  }
}

function cronInWords(expr: string): string | undefined {
  const [minute = '', hour = '', day, month, weekday = '', more] = expr.trim().split(/\s+/);
  if (more !== undefined || day !== '*' || month !== '*' || !isNumber(minute)) return undefined;
  if (hour === '*') return `every hour at minute ${minute}`;
  if (!isNumber(hour)) return undefined;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (weekday === '*') return `every day at ${time}`;
  if (weekday === '1-5') return `every weekday at ${time}`;
  const days = weekday.split(',');
  if (!days.every((each) => isNumber(each) && Number(each) <= 7)) return undefined;
  return `every ${days.map((each) => DAYS[Number(each) % 7]).join(', ')} at ${time}`;
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
