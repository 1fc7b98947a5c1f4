import { Bool, Doc, Int, OneOf, Opt, Text } from '../common/validation/fields';
import { PAIRED_ROLES, type PairedRole } from './access/access-gate';

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
  @Opt() @Text() accountId?: string;
}

export class PairingDecisionParams {
  @Text() channel!: string;
  @Text() code!: string;
  @Opt() @Text() accountId?: string;
}

export class PairingApproveParams extends PairingDecisionParams {
  @Opt() @Bool() @Doc('Tells the person, where they asked, that they may write now.') notify?: boolean;
  @Opt() @Bool() @Doc('As role owner; for administrators.') bootstrapCommandOwner?: boolean;
  @Opt()
  @OneOf(PAIRED_ROLES)
  @Doc(
    'Owner or guest; only an administrator makes owners. By default the first person of an account that has no owner yet is its owner.',
  )
  role?: PairedRole;
}

export class PairingAdmitParams {
  @Text() channel!: string;
  @Text() senderId!: string;
  @Opt() @Text() accountId?: string;
  @Opt() @OneOf(PAIRED_ROLES) @Doc('Guest by default.') role?: PairedRole;
  @Opt() @Text({ max: 200 }) @Doc('What they are called, until they write.') name?: string;
}

export class PairingRevokeParams {
  @Text() channel!: string;
  @Text() senderId!: string;
  @Opt() @Text() accountId?: string;
}
