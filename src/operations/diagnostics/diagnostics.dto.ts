import { Bool, Doc, Int, OneOf, Opt, Text } from '../../common/validation/fields';

export class HealthParams {
  @Opt() @Bool() @Doc('Ask the channels too, not only the cached summary.') probe?: boolean;
}

export class LogsTailParams {
  @Opt() @Int({ min: 0 }) cursor?: number;
  @Opt() @Int({ min: 1, max: 5000 }) limit?: number;
  @Opt() @Int({ min: 1, max: 1_000_000 }) maxBytes?: number;
}

export const RUN_STATES = ['waiting', 'running', 'answered', 'failed', 'dropped', 'undelivered'] as const;

export class RunsListParams {
  @Opt() @Int({ min: 1, max: 500 }) @Doc('How many, 20 by default.') limit?: number;
  @Opt() @Text({ max: 512 }) sessionKey?: string;
  @Opt()
  @OneOf(RUN_STATES)
  @Doc(
    'Only these; without it all but messages that nobody answered. "undelivered": a part of the answer could not be delivered.',
  )
  state?: (typeof RUN_STATES)[number];
}

export class TraceParams {
  @Text() id!: string;
}

export class RunsAgainParams {
  @Text() @Doc('Id of the run, from runs.list or system.trace.') id!: string;
}

export class StabilityParams {
  @Opt() @Int({ min: 1, max: 1000 }) limit?: number;
  @Opt() @Text() type?: string;
  @Opt() @Int({ min: 0 }) @Doc('Number of the last record seen: only later ones.') sinceSeq?: number;
}
