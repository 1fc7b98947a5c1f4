import { type HoldingBudget, budgetsFor } from './budget-rules';
import type { BudgetConfig, BudgetScope } from './usage.config';
import type { UsageSubject } from './usage.store';

/** A budget and what is used of it. */
export type BudgetState = HoldingBudget & { usedTokens: number; usedUsd: number };

/** By what each scope counts; a day counts everything. */
export const RESPECTS: Readonly<Record<BudgetScope, UsageSubject | undefined>> = {
  run: 'runId',
  session: 'sessionKey',
  agent: 'agentId',
  sender: 'sender',
  cron: 'jobId',
  heartbeat: 'agentId',
  day: undefined,
};

/** How much of a budget is used: 1 is all of it. */
export const shareOf = ({ tokens, costUsd, usedTokens, usedUsd }: BudgetState): number =>
  Math.max(tokens ? usedTokens / tokens : 0, costUsd ? usedUsd / costUsd : 0);

/** Budgets as they hold for anybody who has used nothing yet. */
export function unusedBudgets(budgets: readonly BudgetConfig[], agentId: string, day: string): BudgetState[] {
  const forAnybody = budgets.map(({ match: _, ...budget }): BudgetConfig => budget);
  const anybody = { runId: '*', sessionKey: '*', sender: '*', jobId: '*' };
  return budgetsFor(forAnybody, { purpose: 'heartbeat', agentId, ...anybody }, day).map((budget) => ({
    ...budget,
    subject: '*',
    usedTokens: 0,
    usedUsd: 0,
  }));
}
