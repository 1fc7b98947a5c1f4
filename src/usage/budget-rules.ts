import type { BudgetConfig, BudgetScope, BudgetWindow } from './usage.config';
import type { UsageAccount } from './usage-account';
import type { UsageFilter } from './usage.store';

/** A budget as it holds for one account. */
export interface HoldingBudget {
  /** Where it stands in the configuration. */
  path: string;
  name: string;
  scope: BudgetScope;
  subject: string;
  filter: UsageFilter;
  tokens?: number;
  costUsd?: number;
  warnAt: number;
}

/** Where a budget stands in the configuration. */
export const budgetPath = (index: number): string => `usage.budgets[${index}]`;

const DEFAULT_WARN_AT = 0.8;

/** Budgets that a call on this account falls under: those of the configuration and its job's own. `day` is YYYY-MM-DD. */
export function budgetsFor(budgets: readonly BudgetConfig[], account: UsageAccount, day: string): HoldingBudget[] {
  const own = jobBudgetOf(account, day);
  return [...configuredFor(budgets, account, day), ...(own ? [own] : [])];
}

function jobBudgetOf({ jobId, jobBudget, runId }: UsageAccount, day: string): HoldingBudget | undefined {
  if (jobId === undefined || !jobBudget) return undefined;
  const { window, ...limits } = jobBudget;
  const filter = window === 'run' ? { jobId, ...(runId ? { runId } : {}) } : { jobId, ...sinceOf(window, day) };
  return {
    path: `cron job ${jobId}: budget`,
    name: 'budget of the job',
    scope: 'cron',
    subject: jobId,
    filter,
    warnAt: DEFAULT_WARN_AT,
    ...limits,
  };
}

function configuredFor(budgets: readonly BudgetConfig[], account: UsageAccount, day: string): HoldingBudget[] {
  return budgets.flatMap((budget, index): HoldingBudget[] => {
    const subject = subjectOf(budget.scope, account);
    if (subject === undefined || !matches(budget.match, subject)) return [];
    return [
      {
        path: budgetPath(index),
        name: budget.name ?? `${budget.scope} budget`,
        scope: budget.scope,
        subject,
        filter: { ...filterOf(budget.scope, subject), ...windowOf(budget, day) },
        ...(budget.tokens === undefined ? {} : { tokens: budget.tokens }),
        ...(budget.costUsd === undefined ? {} : { costUsd: budget.costUsd }),
        warnAt: budget.warnAt ?? DEFAULT_WARN_AT,
      },
    ];
  });
}

function subjectOf(scope: BudgetScope, account: UsageAccount): string | undefined {
  const subjects: Record<BudgetScope, string | undefined> = {
    run: account.runId,
    session: account.sessionKey,
    agent: account.agentId,
    sender: account.sender,
    cron: account.jobId,
    heartbeat: account.purpose === 'heartbeat' ? account.agentId : undefined,
    day: 'everything',
  };
  return subjects[scope];
}

function filterOf(scope: BudgetScope, subject: string): UsageFilter {
  const filters: Record<BudgetScope, UsageFilter> = {
    run: { runId: subject },
    session: { sessionKey: subject },
    agent: { agentId: subject },
    sender: { sender: subject },
    cron: { jobId: subject },
    heartbeat: { agentId: subject, purpose: 'heartbeat' },
    day: {},
  };
  return filters[scope];
}

function windowOf({ scope, window = 'day' }: BudgetConfig, day: string): UsageFilter {
  return scope === 'run' ? {} : sinceOf(window, day);
}

/** From when a window counts. */
export function sinceOf(window: BudgetWindow, day: string): UsageFilter {
  if (window === 'total') return {};
  return { fromDay: window === 'month' ? `${day.slice(0, 7)}-01` : day };
}

function matches(patterns: readonly string[] | undefined, subject: string): boolean {
  if (!patterns || patterns.length === 0) return true;
  return patterns.some((pattern) => {
    const source = pattern
      .split('*')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*');
    return new RegExp(`^${source}$`, 'i').test(subject);
  });
}
