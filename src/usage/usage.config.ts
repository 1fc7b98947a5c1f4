import { NestedList, Num, OneOf, Opt, StrList, Text } from '../common/validation/fields';
import { Keys } from '../common/validation/keys';

export const BUDGET_SCOPES = ['run', 'session', 'agent', 'sender', 'cron', 'heartbeat', 'day'] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];
export const BUDGET_WINDOWS = ['day', 'month', 'total'] as const;
export type BudgetWindow = (typeof BUDGET_WINDOWS)[number];

@Keys<BudgetConfig>({
  name: 'What it is called in warnings and refusals.',
  scope:
    'What it counts: each run, session, agent, sender or scheduled job by itself, an agent’s heartbeats, or everything.',
  match: 'Names it holds for, * as a wildcard; all without it.',
  window: ['Time that is counted together; a run is always counted as a whole.', 'day'],
  tokens: 'Most tokens.',
  costUsd: 'Most dollars.',
  warnAt: ['Share of it from which the log and "usage status" warn.', 0.8],
})
export class BudgetConfig {
  @Opt() @Text({ max: 80 }) name?: string;
  @OneOf(BUDGET_SCOPES) scope!: BudgetScope;
  @Opt() @StrList() match?: string[];
  @Opt() @OneOf(BUDGET_WINDOWS) window?: BudgetWindow;
  @Opt() @Num({ min: 0 }) tokens?: number;
  @Opt() @Num({ min: 0 }) costUsd?: number;
  @Opt() @Num({ min: 0, max: 1 }) warnAt?: number;
}

/** Section `usage`. */
@Keys<UsageConfig>({
  budgets: 'Limits of what may be spent.',
})
export class UsageConfig {
  @Opt() @NestedList(() => BudgetConfig) budgets?: BudgetConfig[];
}
