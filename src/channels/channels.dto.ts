import { Bool, Int, Opt, Text } from '../common/validation/fields';

export class ChannelsStatusParams {
  @Opt() @Bool() probe?: boolean;
  @Opt() @Int({ min: 0 }) timeoutMs?: number;
}

export class ChannelAccountParams {
  @Text() channel!: string;
  /** All accounts where it is left out; for logging out the first one. */
  @Opt() @Text() accountId?: string;
}

export class PairingListParams {
  @Opt() @Text() channel?: string;
}

export class PairingDecisionParams {
  @Text() channel!: string;
  @Text() code!: string;
  @Opt() @Text() accountId?: string;
}

export class PairingRevokeParams {
  @Text() channel!: string;
  @Text() senderId!: string;
  @Opt() @Text() accountId?: string;
}
