import { Int, Opt, StrList, Text } from '../common/validation/fields';

export class DeadLettersListParams {
  @Opt() @Text({ max: 40 }) channel?: string;
  @Opt() @Int({ min: 1, max: 500 }) limit?: number;
}

export class DeadLettersResubmitParams {
  /** Ids from the list. */
  @StrList({ min: 1, max: 500 }) ids!: string[];
}
