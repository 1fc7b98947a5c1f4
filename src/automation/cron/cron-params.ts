import { Bool, Doc, Hidden, InShort, Int, Nested, OneOf, Opt, Str, Text } from '../../common/validation/fields';
import { Leaves } from '../../tools/provenance/sinks';

const MAX_NAME = 80;
const MAX_TEXT = 4000;

@Leaves<CronScheduleParams>({
  at: 'standing',
  kind: 'standing',
  atMs: 'standing',
  everyMs: 'standing',
  expr: 'standing',
  tz: 'standing',
  anchorMs: 'standing',
  staggerMs: 'standing',
})
export class CronScheduleParams {
  @Opt() @OneOf(['at', 'every', 'cron']) @Doc('at: once. every: in equal steps. cron: by expression.') kind?:
    'at' | 'every' | 'cron';
  @Opt() @Hidden() @Int({ min: 0 }) atMs?: number;
  @Opt() @Text() @Doc('Once: as the parameter at.') at?: string;
  @Opt() @Int({ min: 1000 }) @Doc('every: milliseconds.') everyMs?: number;
  @Opt() @Text({ max: 100 }) @Doc('cron: five or six fields, such as 0 9 * * 1-5.') expr?: string;
  @Opt() @Text({ max: 60 }) @Doc('IANA zone of expr or at; that of your person by default.') tz?: string;
  @Opt() @Hidden() @Int({ min: 0 }) anchorMs?: number;
  @Opt() @Hidden() @Int({ min: 0 }) staggerMs?: number;
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
  @Opt()
  @OneOf(['systemEvent', 'agentTurn'])
  @Doc('systemEvent: you are told text in this conversation. agentTurn: a task (message) in a conversation of its own.')
  kind?: 'systemEvent' | 'agentTurn';
  @Opt()
  @Text({ max: MAX_TEXT })
  @Doc('What you are told when it is due; write it so that it makes sense then.')
  text?: string;
  @Opt() @Text({ max: MAX_TEXT }) @Doc('agentTurn: the task.') message?: string;
  @Opt() @Hidden() @Text() model?: string;
  @Opt() @Hidden() @Text() thinking?: string;
  @Opt() @Hidden() @Int({ min: 1 }) timeoutSeconds?: number;
}

@Leaves<CronDeliveryParams>({ mode: 'none', channel: 'out', to: 'out', accountId: 'out', bestEffort: 'none' })
export class CronDeliveryParams {
  @OneOf(['none', 'announce']) @Doc('announce: the answer goes to a chat, this one by default.') mode!:
    'none' | 'announce';
  @Opt() @Text() @Doc('Channel, such as telegram; that of this conversation by default.') channel?: string;
  @Opt() @Text() @Doc('Chat there.') to?: string;
  @Opt() @Hidden() @Text() accountId?: string;
  @Opt() @Hidden() @Bool() bestEffort?: boolean;
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
  agentId: 'none',
})
export class CronJobParams {
  @Opt() @Text({ max: MAX_NAME }) @Doc('Short name for lists.') name?: string;
  @Opt() @Hidden() @Text({ max: MAX_TEXT }) description?: string;
  @Nested(() => CronScheduleParams) @Doc('When.') schedule!: CronScheduleParams;
  @Nested(() => CronPayloadParams) @Doc('What.') payload!: CronPayloadParams;
  @Opt() @Nested(() => CronDeliveryParams) @Doc('agentTurn: where the answer goes.') delivery?: CronDeliveryParams;
  @Opt() @Bool() @Doc('Forget it when it has run; so by default for kind at.') deleteAfterRun?: boolean;
  /** It follows from the kind of the payload; models that were taught to say it may. */
  @Opt() @Hidden() @OneOf(['main', 'isolated', 'current']) sessionTarget?: 'main' | 'isolated' | 'current';
  @Opt() @Hidden() @OneOf(['now', 'next-heartbeat']) wakeMode?: 'now' | 'next-heartbeat';
  @Opt() @Hidden() @Bool() enabled?: boolean;
  /** Jobs are made for the agent that makes them. */
  @Opt() @Hidden() @Text() agentId?: string;
}

@Leaves<CronJobPatch>({ name: 'none', enabled: 'standing', schedule: 'parts', payload: 'parts' })
export class CronJobPatch {
  @Opt() @Text({ max: MAX_NAME }) @Doc('New name.') name?: string;
  @Opt() @Bool() @Doc('false stops it for now.') enabled?: boolean;
  @Opt() @Nested(() => CronScheduleParams) @Doc('New time.') schedule?: CronScheduleParams;
  @Opt() @Nested(() => CronPayloadParams) @Doc('New text or task.') payload?: CronPayloadParams;
}

const ACTIONS = ['status', 'list', 'add', 'update', 'remove', 'run', 'runs', 'wake'] as const;

@Leaves<CronToolParams>({
  action: 'standing',
  at: 'standing',
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
  name: 'none',
  schedule: 'parts',
  payload: 'parts',
  delivery: 'parts',
  sessionTarget: 'none',
  wakeMode: 'none',
  enabled: 'none',
  deleteAfterRun: 'none',
})
export class CronToolParams {
  @OneOf(ACTIONS)
  @Doc(
    'add: a reminder (at, text), or a job; update, remove, run, runs (history) need jobId; wake: text for yourself after this turn.',
  )
  action!: (typeof ACTIONS)[number];
  @Opt()
  @Text()
  @Doc('When: "10m", "in 2h", or ISO 8601 such as 2027-06-01T09:00, in the zone of your person.')
  at?: string;
  @Opt() @Text({ max: MAX_TEXT }) @Doc('What you are told then; write it so that it makes sense then.') text?: string;
  @Opt()
  @InShort()
  @Nested(() => CronJobParams)
  @Doc(
    'What comes again, or is a task: {name?, schedule: {everyMs} or {expr: "0 9 * * 1-5", tz?} or {at}, payload: {text} or {message: task for a conversation of its own}, delivery?: {mode: "announce", channel?, to?}}.',
  )
  job?: CronJobParams;
  @Opt() @Text() @Doc('Which job.') jobId?: string;
  @Opt()
  @InShort()
  @Nested(() => CronJobPatch)
  @Doc('update: {name?, enabled?, schedule?, payload?}.')
  patch?: CronJobPatch;
  @Opt() @Hidden() @Bool() includeDisabled?: boolean;
  @Opt() @Hidden() @Int({ min: 0, max: 10 }) contextMessages?: number;
  @Opt() @Hidden() @OneOf(['now', 'next-heartbeat']) mode?: 'now' | 'next-heartbeat';
  @Opt() @Hidden() @Str() gatewayUrl?: string;
  @Opt() @Hidden() @Str() gatewayToken?: string;
  @Opt() @Hidden() @Int({ min: 1 }) timeoutMs?: number;
  /** Parts of the job that stand beside it instead of in it. */
  @Opt() @Hidden() @Text({ max: MAX_NAME }) name?: string;
  @Opt() @Hidden() @Nested(() => CronScheduleParams) schedule?: CronScheduleParams;
  @Opt() @Hidden() @Nested(() => CronPayloadParams) payload?: CronPayloadParams;
  @Opt() @Hidden() @Nested(() => CronDeliveryParams) delivery?: CronDeliveryParams;
  @Opt() @Hidden() @OneOf(['main', 'isolated', 'current']) sessionTarget?: 'main' | 'isolated' | 'current';
  @Opt() @Hidden() @OneOf(['now', 'next-heartbeat']) wakeMode?: 'now' | 'next-heartbeat';
  @Opt() @Hidden() @Bool() enabled?: boolean;
  @Opt() @Hidden() @Bool() deleteAfterRun?: boolean;
}
