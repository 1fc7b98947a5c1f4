import { Bool, Doc, Int, Opt, Text } from '../common/validation/fields';

export class HealthParams {
  @Opt() @Bool() @Doc('Ask the channels too, not only the cached summary.') probe?: boolean;
}

export class LogsTailParams {
  @Opt() @Int({ min: 0 }) cursor?: number;
  @Opt() @Int({ min: 1, max: 5000 }) limit?: number;
  @Opt() @Int({ min: 1, max: 1_000_000 }) maxBytes?: number;
}

export class TraceParams {
  @Text() id!: string;
}
