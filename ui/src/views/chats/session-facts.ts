import type { SessionRow } from './use-sessions';

/** A conversation as `sessions.describe` tells of it. */
export interface DescribedSession extends SessionRow {
  thinkingLevel?: string;
  totalTokens?: number;
  contextTokens?: number;
  /** The model that answers next. */
  resolved?: { modelProvider: string; model: string; contextWindow: number; reasoning: boolean; isChosen: boolean };
}

/** How much is thought before an answer, least first. */
export const THINKING = {
  off: 'Not at all',
  minimal: 'As little as can be',
  low: 'A little',
  medium: 'Some',
  high: 'A lot',
  xhigh: 'As much as can be',
} as const;

/** Tokens of the conversation, and how many the model can read; undefined where nothing was asked yet. */
export function contextOf(
  session: DescribedSession | undefined,
): { used: number; window: number; percent: number } | undefined {
  const window = session?.resolved?.contextWindow ?? session?.contextTokens;
  const used = session?.totalTokens;
  if (!window || !used) return undefined;
  return { used, window, percent: Math.min(100, Math.round((used / window) * 100)) };
}

const compact = new Intl.NumberFormat([], { notation: 'compact', maximumFractionDigits: 1 });
const dollars = new Intl.NumberFormat([], { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });

export const countWords = (count: number): string => compact.format(count);
export const costWords = (cost: number): string => dollars.format(cost);
