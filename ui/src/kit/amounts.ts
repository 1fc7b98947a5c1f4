const whole = new Intl.NumberFormat([]);
const compact = new Intl.NumberFormat([], { notation: 'compact', maximumFractionDigits: 1 });
const cents = new Intl.NumberFormat([], { style: 'currency', currency: 'USD' });
const fine = new Intl.NumberFormat([], { style: 'currency', currency: 'USD', maximumSignificantDigits: 2 });

export const wholeCount = (count: number): string => whole.format(count);

/** "1.2K", where there is little room. */
export const shortCount = (count: number): string => compact.format(count);

/** US dollars; amounts of less than a cent keep two figures instead of being nothing. */
export const money = (usd: number): string => (usd > 0 && usd < 0.01 ? fine : cents).format(usd);

/** "480 ms", "3.4 s", "12 min 5 s", "3 h 10 min". */
export function took(ms: number): string {
  if (ms < 1000) return `${Math.floor(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const BYTE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** "512 bytes", "81 MB". */
export function byteSize(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1000 && unit < BYTE_UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${BYTE_UNITS[unit] ?? ''}`;
}
