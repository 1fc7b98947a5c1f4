import { Doc, Int, OneOf, Opt, Text } from '../common/validation/fields';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export class UsageCostParams {
  @Opt() @Int({ min: 1, max: 3660 }) @Doc('Days back from today, 30 by default.') days?: number;
}

export class SessionsUsageParams {
  @Opt() @Text() @Doc('Conversation; all by default.') key?: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Text({ pattern: DAY, what: 'a day as YYYY-MM-DD' }) startDate?: string;
  @Opt() @Text({ pattern: DAY, what: 'a day as YYYY-MM-DD' }) endDate?: string;
  @Opt() @OneOf(['day', 'model', 'agent', 'session', 'purpose']) @Doc('session by default.') groupBy?:
    'day' | 'model' | 'agent' | 'session' | 'purpose';
  @Opt() @Int({ min: 1, max: 1000 }) limit?: number;
}
