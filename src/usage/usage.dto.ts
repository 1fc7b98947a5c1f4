import { Doc, Int, NestedList, OneOf, Opt, Text } from '../common/validation/fields';
import { BudgetConfig } from './usage.config';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export class UsageCostParams {
  @Opt() @Int({ min: 1, max: 3660 }) @Doc('Days back from today, 30 by default.') days?: number;
}

export class SessionsUsageParams {
  @Opt() @Text() @Doc('Conversation; all by default.') key?: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Text({ pattern: DAY, what: 'a day as YYYY-MM-DD' }) startDate?: string;
  @Opt() @Text({ pattern: DAY, what: 'a day as YYYY-MM-DD' }) endDate?: string;
  @Opt()
  @OneOf(['day', 'model', 'agent', 'session', 'purpose', 'channel'])
  @Doc('session by default. "channel" goes by the message that a run answers, as long as that is kept.')
  groupBy?: 'day' | 'model' | 'agent' | 'session' | 'purpose' | 'channel';
  @Opt() @Int({ min: 1, max: 1000 }) limit?: number;
}

export class UsageBudgetsSetParams {
  @NestedList(() => BudgetConfig) @Doc('All of them, in the order of `usage.budgets`.') budgets!: BudgetConfig[];
  @Opt() @Text({ max: 128 }) @Doc('`hash` of the configuration that was seen (config.get).') baseHash?: string;
}
