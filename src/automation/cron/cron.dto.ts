import { isPlainObject } from '../../common/plain-object';
import {
  Bool,
  Checked,
  Doc,
  Int,
  Nested,
  Num,
  Obj,
  OneOf,
  Opt,
  OptNull,
  Str,
  StrList,
  Text,
} from '../../common/validation/fields';
import { JOB_BUDGET_WINDOWS } from '../../usage/usage-account';
import { MISFIRE_POLICIES, OVERLAP_POLICIES } from './cron-job';

const isAlert = (value: unknown): boolean => value === false || isPlainObject(value);
const SORT_DIRS = ['asc', 'desc'] as const;
const RUN_STATUSES = ['ok', 'error', 'skipped'] as const;
const DELIVERY_STATUSES = ['delivered', 'not-delivered', 'unknown', 'not-requested'] as const;

export class CronListParams {
  @Opt() @Bool() @Doc('The same as enabled "all".') includeDisabled?: boolean;
  @Opt() @Int({ min: 1, max: 1000 }) limit?: number;
  @Opt() @Int({ min: 0 }) offset?: number;
  @Opt() @Str() @Doc('Part of a name or description.') query?: string;
  @Opt() @OneOf(['all', 'enabled', 'disabled']) enabled?: 'all' | 'enabled' | 'disabled';
  @Opt() @OneOf(['all', 'at', 'every', 'cron', 'on-exit', 'stream']) scheduleKind?: string;
  @Opt() @OneOf(['all', ...RUN_STATUSES, 'unknown']) lastRunStatus?: string;
  @Opt() @OneOf(['all', 'conditional', 'unconditional']) trigger?: string;
  @Opt() @OneOf(['nextRunAtMs', 'updatedAtMs', 'name']) sortBy?: 'nextRunAtMs' | 'updatedAtMs' | 'name';
  @Opt() @OneOf(SORT_DIRS) sortDir?: (typeof SORT_DIRS)[number];
  @Opt() @Text() agentId?: string;
  @Opt() @Text({ max: 512 }) @Doc('Conversation that jobs speak in.') sessionKey?: string;
  @Opt() @Text() @Doc('Whose conversation, where its key names no agent.') sessionAgentId?: string;
  @Opt() @Bool() @Doc('Only what a list shows of a job.') compact?: boolean;
  @Opt() @Bool() @Doc('False leaves out where answers go, in words.') includeDeliveryPreviews?: boolean;
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
  /**
   * `{after?, cooldownMs?, mode?: announce | webhook, channel?, to?, accountId?}`: whom to tell of failures in a row; false or null
   * takes it away.
   */
  @OptNull()
  @Checked(isAlert, 'must be false, null, or an object with after, cooldownMs, mode, channel, to, accountId')
  failureAlert?: false | null | Record<string, unknown>;
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
  @Opt()
  @Text()
  @Doc('Changes nothing where the job is another by now: `configRevision` that was seen.')
  expectedConfigRevision?: string;
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
  @Opt() @Int({ min: 0 }) offset?: number;
  @Opt() @OneOf(['job', 'all']) @Doc('All jobs, or the named one; by default whether one is named.') scope?:
    'job' | 'all';
  @Opt() @Text() agentId?: string;
  @Opt() @Text() runId?: string;
  @Opt() @StrList({ min: 1, max: 3 }) statuses?: string[];
  @Opt() @OneOf(['all', ...RUN_STATUSES]) status?: string;
  @Opt() @StrList({ min: 1, max: 4 }) deliveryStatuses?: string[];
  @Opt() @OneOf(DELIVERY_STATUSES) deliveryStatus?: string;
  @Opt() @Str() @Doc('Part of a summary, an error or the name of a job.') query?: string;
  @Opt() @OneOf(SORT_DIRS) @Doc('By time; oldest first by default.') sortDir?: (typeof SORT_DIRS)[number];
}

export class CronCalendarParams {
  @Str({ pattern: /^\d{4}-\d{2}-\d{2}$/, what: 'a day such as 2026-03-29' }) from!: string;
  @Int({ min: 1, max: 42 }) days!: number;
  @Opt() @Text({ max: 64 }) @Doc("Whose clocks say when a day begins; the user's without it.") tz?: string;
  @Opt() @Int({ min: 1, max: 1000 }) @Doc('Times that are named of each day; all are counted.') most?: number;
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
