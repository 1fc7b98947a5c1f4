import { NestedList, Num, OneOf, Opt, StrList, Text } from '../common/validation/fields';

export const BUDGET_SCOPES = ['run', 'session', 'agent', 'sender', 'cron', 'heartbeat', 'day'] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];
export const BUDGET_WINDOWS = ['day', 'month', 'total'] as const;
export type BudgetWindow = (typeof BUDGET_WINDOWS)[number];

export class BudgetConfig {
  @Opt() @Text({ max: 80 }) name?: string;
  /** What it counts: each run, session, agent, sender or cron job by itself, an agent's heartbeats, or everything. */
  @OneOf(BUDGET_SCOPES) scope!: BudgetScope;
  /** Names it holds for, `*` as a wildcard; all by default. */
  @Opt() @StrList() match?: string[];
  /** The day by default; a run is always counted as a whole. */
  @Opt() @OneOf(BUDGET_WINDOWS) window?: BudgetWindow;
  @Opt() @Num({ min: 0 }) tokens?: number;
  @Opt() @Num({ min: 0 }) costUsd?: number;
  /** Share of it from which the log and `usage status` warn. */
  @Opt() @Num({ min: 0, max: 1 }) warnAt?: number;
}

/** Section `usage`. */
export class UsageConfig {
  @Opt() @NestedList(() => BudgetConfig) budgets?: BudgetConfig[];
}
