import { t } from '@lingui/core/macro';
import { number } from '../words/formats';

export const wholeCount = (count: number): string => number(count);

/** "1.2K", where there is little room. */
export const shortCount = (count: number): string => number(count, { notation: 'compact', maximumFractionDigits: 1 });

/** US dollars; amounts of less than a cent keep two figures instead of being nothing. */
export const money = (usd: number): string =>
  number(usd, {
    style: 'currency',
    currency: 'USD',
    ...(usd > 0 && usd < 0.01 ? { maximumSignificantDigits: 2 } : {}),
  });

/** What models have cost: what has no price is not free. */
export function costWords({
  totalCost,
  missingCostEntries,
}: {
  totalCost: number;
  missingCostEntries: number;
}): string {
  if (missingCostEntries === 0) return money(totalCost);
  return totalCost === 0 ? t`no price` : t`over ${money(totalCost)}`;
}

/** "480 ms", "3.4 s", "12 min 5 s", "3 h 10 min". */
export function took(ms: number): string {
  if (ms < 1000) return `${number(Math.floor(ms))} ms`;
  if (ms < 60_000) return `${number(Math.floor(ms / 100) / 10, { minimumFractionDigits: 1 })} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** "512 bytes", "81 MB". */
export function byteSize(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1000 && unit < BYTE_UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  return number(size, {
    style: 'unit',
    unit: BYTE_UNITS[unit] ?? 'byte',
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0,
  });
}
