const DAY_MS = 86_400_000;
/** The pace is that of so many days, today included. */
const PACE_DAYS = 7;

export interface SpentDay {
  /** YYYY-MM-DD */
  day: string;
  usd: number;
  tokens: number;
}

export interface MonthForecast {
  /** YYYY-MM */
  month: string;
  usedUsd: number;
  usedTokens: number;
  /** What it comes to by the end of the month at the present pace. */
  forecastUsd: number;
  forecastTokens: number;
  /** Days whose pace that is; fewer where nothing was used before. */
  paceDays: number;
}

/** @param days each day on which something was used, at least those of the month and of the week before */
export function forecastMonth(days: readonly SpentDay[], today: string): MonthForecast {
  const month = today.slice(0, 'YYYY-MM'.length);
  const at = Date.parse(today);
  const ofMonth = days.filter(({ day }) => day.startsWith(month) && day <= today);
  const recent = days.filter(({ day }) => day <= today && at - Date.parse(day) < PACE_DAYS * DAY_MS);
  const first = Math.min(at, ...recent.map(({ day }) => Date.parse(day)));
  const paceDays = Math.round((at - first) / DAY_MS) + 1;
  const [year = 0, monthNumber = 1, date = 1] = today.split('-').map(Number);
  const daysLeft = new Date(Date.UTC(year, monthNumber, 0)).getUTCDate() - date;
  const sum = (list: readonly SpentDay[], name: 'usd' | 'tokens'): number =>
    list.reduce((total, each) => total + each[name], 0);
  const by = (name: 'usd' | 'tokens'): number => sum(ofMonth, name) + (sum(recent, name) / paceDays) * daysLeft;
  return {
    month,
    usedUsd: sum(ofMonth, 'usd'),
    usedTokens: sum(ofMonth, 'tokens'),
    forecastUsd: by('usd'),
    forecastTokens: Math.round(by('tokens')),
    paceDays,
  };
}
