import { t } from '@lingui/core/macro';
import type { SessionRow } from './use-sessions';

/** A conversation as `sessions.describe` tells of it. */
export interface DescribedSession extends SessionRow {
  thinkingLevel?: string;
  totalTokens?: number;
  contextTokens?: number;
  /** Nothing is changed before a plan was approved. */
  planMode?: boolean;
  /** The model that answers next. */
  resolved?: { modelProvider: string; model: string; contextWindow: number; reasoning: boolean; isChosen: boolean };
}

/** How much is thought before an answer, least first. */
export const THINKING = {
  get off() {
    return t`Not at all`;
  },
  get minimal() {
    return t`As little as can be`;
  },
  get low() {
    return t`A little`;
  },
  get medium() {
    return t`Some`;
  },
  get high() {
    return t`A lot`;
  },
  get xhigh() {
    return t`As much as can be`;
  },
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

/** What the models of a conversation have cost, in US dollars. */
export interface SpentOnSession {
  totals: { totalCost: number; totalTokens: number; missingCostEntries: number };
}
