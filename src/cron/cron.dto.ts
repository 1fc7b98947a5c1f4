import { Bool, Int, Nested, Num, Obj, OneOf, Opt, OptNull, Str, Text } from '../common/validation/fields';
import { JOB_BUDGET_WINDOWS } from '../usage/usage-account';
import { MISFIRE_POLICIES, OVERLAP_POLICIES } from './cron-job';

export class CronListParams {
  @Opt() @Bool() includeDisabled?: boolean;
  @Opt() @Int({ min: 1, max: 1000 }) limit?: number;
  @Opt() @Int({ min: 0 }) offset?: number;
  @Opt() @Str() query?: string;
}

export class CronStatusParams {}

/** At least one of tokens and costUsd; each run by itself unless window says more. */
export class CronBudgetFields {
  @Opt() @Num({ min: 1 }) tokens?: number;
  @Opt() @Num({ min: 0 }) costUsd?: number;
  @Opt() @OneOf(JOB_BUDGET_WINDOWS) window?: (typeof JOB_BUDGET_WINDOWS)[number];
}

/** A job as clients write it; `schedule` and `payload` may leave their kind out. */
export class CronJobFields {
  @Opt() @Text({ max: 200 }) name?: string;
  @Opt() @OptNull() @Text() agentId?: string | null;
  @Opt() @Str({ max: 2000 }) description?: string;
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Bool() deleteAfterRun?: boolean;
  /** `{kind: at, at or atMs, tz?}`, `{kind: every, everyMs, anchorMs?}` or `{kind: cron, expr, tz?, staggerMs?}`. */
  @Opt() @Obj() schedule?: Record<string, unknown>;
  @Opt() @OneOf(['main', 'isolated', 'current']) sessionTarget?: 'main' | 'isolated' | 'current';
  @Opt() @OneOf(['now', 'next-heartbeat']) wakeMode?: 'now' | 'next-heartbeat';
  /** `{kind: systemEvent, text}` or `{kind: agentTurn, message, model?, thinking?, timeoutSeconds?}`. */
  @Opt() @Obj() payload?: Record<string, unknown>;
  /** `{mode: none | announce | webhook, channel?, to?, accountId?, bestEffort?}`. */
  @Opt() @Obj() delivery?: Record<string, unknown>;
  @Opt() @Obj() isolation?: Record<string, unknown>;
  @Opt() @OneOf(MISFIRE_POLICIES) misfire?: (typeof MISFIRE_POLICIES)[number];
  @Opt() @OneOf(OVERLAP_POLICIES) overlap?: (typeof OVERLAP_POLICIES)[number];
  @Opt() @Int({ min: 0, max: 3 }) retries?: number;
  @Opt() @Int({ min: 1, max: 100 }) alertAfter?: number;
  /** What its model calls may use; without limits it has none. */
  @Opt() @Nested(() => CronBudgetFields) budget?: CronBudgetFields;
}

export class CronAddParams extends CronJobFields {
  /** The job may stand in one of these instead. */
  @Opt() @Nested(() => CronJobFields) job?: CronJobFields;
  @Opt() @Nested(() => CronJobFields) data?: CronJobFields;
}

export class CronUpdateParams {
  @Opt() @Text() id?: string;
  @Opt() @Text() jobId?: string;
  @Nested(() => CronJobFields) patch!: CronJobFields;
}

export class CronRemoveParams {
  @Opt() @Text() id?: string;
  @Opt() @Text() jobId?: string;
}

export class CronRunParams {
  @Opt() @Text() id?: string;
  @Opt() @Text() jobId?: string;
  @Opt() @OneOf(['due', 'force']) mode?: 'due' | 'force';
}

export class CronRunsParams {
  @Opt() @Text() id?: string;
  @Opt() @Text() jobId?: string;
  @Opt() @Int({ min: 1, max: 5000 }) limit?: number;
}

/** One of schedule and words. */
export class CronPreviewParams {
  @Opt() @Obj() schedule?: Record<string, unknown>;
  /** In English, such as "every weekday at 9". */
  @Opt() @Text({ max: 300 }) words?: string;
  /** Zone for words; the user's without it. */
  @Opt() @Text({ max: 64 }) tz?: string;
  @Opt() @Int({ min: 1, max: 50 }) count?: number;
}
