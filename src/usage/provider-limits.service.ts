import { Injectable } from '@nestjs/common';

/** How much of one of a provider's limits is used. */
export interface LimitWindow {
  /** What is limited, such as "requests" or "tokens". */
  label: string;
  /** 0 to 100. */
  usedPercent: number;
  /** Milliseconds since 1970. */
  resetAt?: number;
}

export interface ProviderLimitState {
  provider: string;
  windows: LimitWindow[];
  /** When the provider told this. */
  at: number;
}

type Headers = Readonly<Record<string, string>>;

/** Limits as providers tell them in the headers of their answers; nothing is asked of anybody for it. */
@Injectable()
export class ProviderLimits {
  private readonly states = new Map<string, ProviderLimitState>();

  note(provider: string, headers: Headers, now = Date.now()): void {
    const windows = limitWindows(headers, now);
    if (windows.length > 0) this.states.set(provider, { provider, windows, at: now });
  }

  all(): ProviderLimitState[] {
    return [...this.states.values()].sort((a, b) => a.provider.localeCompare(b.provider));
  }
}

/** `x-ratelimit-*` (OpenAI and its kin) and `anthropic-ratelimit-*`. */
export function limitWindows(headers: Headers, now: number): LimitWindow[] {
  const windows: LimitWindow[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const openAi = /^x-ratelimit-limit-([a-z-]+)$/i.exec(name)?.[1];
    const anthropic = /^anthropic-ratelimit-([a-z-]+)-limit$/i.exec(name)?.[1];
    const label = openAi ?? anthropic;
    if (label === undefined) continue;
    const prefix = openAi
      ? (part: string) => `x-ratelimit-${part}-${label}`
      : (part: string) => `anthropic-ratelimit-${label}-${part}`;
    const limit = Number(value);
    const remaining = Number(headers[prefix('remaining')]);
    if (!(limit > 0) || !Number.isFinite(remaining)) continue;
    const resetAt = resetTime(headers[prefix('reset')], now);
    windows.push({
      label,
      usedPercent: Math.round(Math.min(100, Math.max(0, (1 - remaining / limit) * 100)) * 10) / 10,
      ...(resetAt === undefined ? {} : { resetAt }),
    });
  }
  return windows.sort((a, b) => a.label.localeCompare(b.label));
}

/** A date, seconds, or a duration such as `6m0s` or `20ms`. */
function resetTime(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return now + Number(text) * 1000;
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length > 0 && parts.map((part) => part[0]).join('') === text)
    return now + parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? 's'] ?? 0), 0);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
}
