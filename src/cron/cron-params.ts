import { Bool, Doc, Hidden, Int, Nested, OneOf, Opt, Str, Text } from '../common/validation/fields';
import { Leaves } from '../tools/provenance/sinks';

const MAX_NAME = 80;
const MAX_TEXT = 4000;

@Leaves<CronScheduleParams>({
  at: 'standing',
  kind: 'standing',
  atMs: 'standing',
  everyMs: 'standing',
  expr: 'standing',
  tz: 'standing',
})
export class CronScheduleParams {
  @OneOf(['at', 'every', 'cron']) @Doc('at: once. every: in equal steps. cron: by expression.') kind!:
    'at' | 'every' | 'cron';
  @Opt() @Int({ min: 0 }) @Doc('at: Unix time in milliseconds.') atMs?: number;
  @Opt()
  @Text()
  @Doc('at: "in 20m", or an ISO 8601 time such as 2027-06-01T09:00, in the zone of your person unless it names one.')
  at?: string;
  @Opt() @Int({ min: 1000 }) @Doc('every: milliseconds.') everyMs?: number;
  @Opt() @Text({ max: 100 }) @Doc('cron: five or six fields, such as 0 9 * * 1-5.') expr?: string;
  @Opt() @Text({ max: 60 }) @Doc('IANA zone of expr or at; that of your person by default.') tz?: string;
}

@Leaves<CronPayloadParams>({
  kind: 'standing',
  text: 'standing',
  message: 'standing',
  model: 'standing',
  thinking: 'standing',
  timeoutSeconds: 'standing',
})
export class CronPayloadParams {
  @OneOf(['systemEvent', 'agentTurn'])
  @Doc('systemEvent: you are told text in this conversation. agentTurn: a task (message) in a conversation of its own.')
  kind!: 'systemEvent' | 'agentTurn';
  @Opt()
  @Text({ max: MAX_TEXT })
  @Doc('What you are told when it is due; write it so that it makes sense then.')
  text?: string;
  @Opt() @Text({ max: MAX_TEXT }) @Doc('agentTurn: the task.') message?: string;
  @Opt() @Hidden() @Text() model?: string;
  @Opt() @Hidden() @Text() thinking?: string;
  @Opt() @Hidden() @Int({ min: 1 }) timeoutSeconds?: number;
}

@Leaves<CronDeliveryParams>({ mode: 'none', channel: 'out', to: 'out' })
export class CronDeliveryParams {
  @OneOf(['none', 'announce']) @Doc('announce: the answer goes to a chat, this one by default.') mode!:
    'none' | 'announce';
  @Opt() @Text() channel?: string;
  @Opt() @Text() to?: string;
}

@Leaves<CronJobParams>({
  name: 'none',
  description: 'none',
  schedule: 'parts',
  payload: 'parts',
  delivery: 'parts',
  deleteAfterRun: 'none',
  sessionTarget: 'none',
  wakeMode: 'none',
  enabled: 'none',
})
export class CronJobParams {
  @Opt() @Text({ max: MAX_NAME }) name?: string;
  @Opt() @Hidden() @Text({ max: MAX_TEXT }) description?: string;
  @Nested(() => CronScheduleParams) schedule!: CronScheduleParams;
  @Nested(() => CronPayloadParams) payload!: CronPayloadParams;
  @Opt() @Nested(() => CronDeliveryParams) @Doc('agentTurn: where the answer goes.') delivery?: CronDeliveryParams;
  @Opt() @Bool() deleteAfterRun?: boolean;
  /** It follows from the kind of the payload; models that were taught to say it may. */
  @Opt() @Hidden() @OneOf(['main', 'isolated', 'current']) sessionTarget?: 'main' | 'isolated' | 'current';
  @Opt() @Hidden() @OneOf(['now', 'next-heartbeat']) wakeMode?: 'now' | 'next-heartbeat';
  @Opt() @Hidden() @Bool() enabled?: boolean;
}

@Leaves<CronJobPatch>({ name: 'none', enabled: 'standing', schedule: 'parts', payload: 'parts' })
export class CronJobPatch {
  @Opt() @Text({ max: MAX_NAME }) name?: string;
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Nested(() => CronScheduleParams) schedule?: CronScheduleParams;
  @Opt() @Nested(() => CronPayloadParams) payload?: CronPayloadParams;
}

const ACTIONS = ['status', 'list', 'add', 'update', 'remove', 'run', 'runs', 'wake'] as const;

@Leaves<CronToolParams>({
  action: 'standing',
  includeDisabled: 'none',
  job: 'parts',
  jobId: 'standing',
  patch: 'parts',
  text: 'standing',
  mode: 'none',
  contextMessages: 'none',
  gatewayUrl: 'none',
  gatewayToken: 'none',
  timeoutMs: 'none',
})
export class CronToolParams {
  @OneOf(ACTIONS) action!: (typeof ACTIONS)[number];
  @Opt() @Bool() @Doc('list: also those that are done.') includeDisabled?: boolean;
  @Opt() @Nested(() => CronJobParams) @Doc('add: the job.') job?: CronJobParams;
  @Opt() @Text() @Doc('update, remove, run, runs: which job.') jobId?: string;
  @Opt() @Nested(() => CronJobPatch) @Doc('update: what changes.') patch?: CronJobPatch;
  @Opt() @Text({ max: MAX_TEXT }) @Doc('wake: what you want to be told.') text?: string;
  @Opt() @OneOf(['now', 'next-heartbeat']) mode?: 'now' | 'next-heartbeat';
  @Opt() @Int({ min: 0, max: 10 }) @Doc('add: last messages to put below the text.') contextMessages?: number;
  @Opt() @Hidden() @Str() gatewayUrl?: string;
  @Opt() @Hidden() @Str() gatewayToken?: string;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
}
