import { t } from '@lingui/core/macro';
import { placeName } from '../../kit/place-name';

/** A sum of model calls, as the gateway groups them. */
export interface Spent {
  key: string;
  calls: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  totalTokens: number;
  totalCost: number;
  missingCostEntries: number;
}

export interface Grouped {
  rows: Spent[];
  totals: Omit<Spent, 'key' | 'calls'>;
}

export interface UsageStatus {
  /** YYYY-MM-DD where the person lives. */
  today: string;
  month: {
    month: string;
    usedUsd: number;
    usedTokens: number;
    forecastUsd: number;
    forecastTokens: number;
    paceDays: number;
  };
  budgets: {
    path: string;
    name: string;
    subject: string;
    usedTokens: number;
    usedUsd: number;
    tokens?: number;
    costUsd?: number;
    state: 'ok' | 'warning' | 'used up';
  }[];
  providers: { provider: string; windows: { label: string; usedPercent: number }[]; updatedAt: number }[];
}

export const GROUPS = {
  get model() {
    return t`By model`;
  },
  get agent() {
    return t`By agent`;
  },
  get channel() {
    return t`By channel`;
  },
  get session() {
    return t`By conversation`;
  },
  get purpose() {
    return t`By purpose`;
  },
} as const;
export type Group = keyof typeof GROUPS;

export const RANGES = {
  get today() {
    return t`Today`;
  },
  get week() {
    return t`The last 7 days`;
  },
  get month() {
    return t`The last 30 days`;
  },
  get thisMonth() {
    return t`This month`;
  },
  get own() {
    return t`From … to …`;
  },
} as const;
export type RangeName = keyof typeof RANGES;

/** Both as YYYY-MM-DD, both included. */
export interface Range {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;
const BACK: Readonly<Record<'today' | 'week' | 'month', number>> = { today: 0, week: 6, month: 29 };
const MOST_DAYS = 400;

const plusDays = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().replace(/T.*/, '');

export function rangeOf(name: Exclude<RangeName, 'own'>, today: string): Range {
  if (name === 'thisMonth') return { from: today.replace(/\d\d$/, '01'), to: today };
  return { from: plusDays(today, -BACK[name]), to: today };
}

/** Each day of a range, oldest first; of a very long one its end. */
export function daysOf({ from, to }: Range): string[] {
  const count = Math.min(MOST_DAYS, Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1);
  return Array.from({ length: Math.max(0, count) }, (_, index) => plusDays(to, index - count + 1));
}

/** The middle of a day by the clock of this browser, so that it is drawn on that day. */
export const momentOf = (day: string): number => new Date(`${day}T12:00`).getTime();

const PURPOSES: Readonly<Record<string, string>> = {
  get turn() {
    return t`Conversations`;
  },
  get subagent() {
    return t`Helpers that agents start`;
  },
  get cron() {
    return t`Scheduled jobs`;
  },
  get heartbeat() {
    return t`Heartbeat`;
  },
  get compaction() {
    return t`Summing up long conversations`;
  },
  get memory() {
    return t`Remembering`;
  },
  get image() {
    return t`Looking at pictures`;
  },
  get audio() {
    return t`Listening`;
  },
  get speech() {
    return t`Speaking`;
  },
};

export function nameOf(group: Group | 'day', key: string): string {
  if (group === 'purpose') return PURPOSES[key] ?? key;
  if (group === 'channel') return key === '' ? t`Not known any more` : placeName(key);
  return key === '' ? t`None` : key;
}

const COLUMNS = [
  'calls',
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'totalTokens',
  'totalCost',
  'missingCostEntries',
] as const;

/** What a program for tables would take for a formula is not one any more. */
const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`;

/** Rows as comma-separated values (RFC 4180), numbers with a point. */
export function asCsv(title: string, rows: readonly Spent[]): string {
  const lines = rows.map((row) => [cell(row.key), ...COLUMNS.map((name) => String(row[name]))].join(','));
  return [[cell(title), ...COLUMNS].join(','), ...lines, ''].join('\r\n');
}
