import { Doc, Int, NestedList, OneOf, Opt, Text } from '../common/validation/fields';
import { BudgetConfig } from './usage.config';
import type { UsageGroup } from './usage.store';

const DAY = { pattern: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, what: 'a day as YYYY-MM-DD' };

export class UsageCostParams {
  @Opt() @Int({ min: 1, max: 3660 }) @Doc('Days back from today, 30 by default.') days?: number;
  @Opt() @Text(DAY) @Doc('The first day, instead of `days`.') startDate?: string;
  @Opt() @Text(DAY) @Doc('The last day; today by default.') endDate?: string;
  @Opt() @Text() @Doc('All agents by default.') agentId?: string;
}

/** Of which calls. */
export class UsageCallsParams {
  @Opt() @Text() @Doc('Conversation; all by default.') key?: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Text(DAY) startDate?: string;
  @Opt() @Text(DAY) endDate?: string;
  @Opt() @Int({ min: 1, max: 1000 }) limit?: number;
}

export class SessionsUsageParams extends UsageCallsParams {
  @Opt()
  @OneOf(['day', 'model', 'agent', 'session', 'purpose', 'channel', 'instance', 'family'])
  @Doc(
    'Sums alone, by this. "channel" goes by the message that a run answers, as long as that is kept. Without it, or with "instance" or "family", which are the same here: sums by session and the report, of 30 days by default.',
  )
  groupBy?: UsageGroup | 'instance' | 'family';
}

export class UsageBudgetsSetParams {
  @NestedList(() => BudgetConfig) @Doc('All of them, in the order of `usage.budgets`.') budgets!: BudgetConfig[];
  @Opt() @Text({ max: 128 }) @Doc('`hash` of the configuration that was seen (config.get).') baseHash?: string;
}
