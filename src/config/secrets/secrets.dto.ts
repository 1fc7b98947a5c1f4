import { Bool, Opt, Text } from '../../common/validation/fields';

export class SecretsSetParams {
  @Text({ max: 200 }) name!: string;
  @Text({ max: 65_536 }) value!: string;
}

export class SecretsDeleteParams {
  @Text({ max: 200 }) name!: string;
  /** Also when the configuration refers to it. */
  @Opt() @Bool() force?: boolean;
}
