import { Bool, Int, Num, OneOf, Opt, StrList, Text } from '../../common/validation/fields';

export class WakeParams {
  @OneOf(['now', 'next-heartbeat']) mode!: 'now' | 'next-heartbeat';
  @Text({ max: 8000 }) text!: string;
  @Opt() @Text({ max: 512 }) sessionKey?: string;
  /** Whose main conversation, or whose session where its key names no agent. */
  @Opt() @Text() agentId?: string;
}

export class SetHeartbeatsParams {
  @Bool() enabled!: boolean;
}

export class SystemEventParams {
  @Text({ max: 8000 }) text!: string;
  @Opt() @Text({ max: 512 }) sessionKey?: string;
  @Opt() @Text({ max: 200 }) deviceId?: string;
  @Opt() @Text({ max: 200 }) instanceId?: string;
  @Opt() @Text({ max: 200 }) host?: string;
  @Opt() @Text({ max: 200 }) ip?: string;
  @Opt() @Text({ max: 100 }) mode?: string;
  @Opt() @Text({ max: 100 }) version?: string;
  @Opt() @Text({ max: 100 }) platform?: string;
  @Opt() @Text({ max: 100 }) deviceFamily?: string;
  @Opt() @Text({ max: 100 }) modelIdentifier?: string;
  @Opt() @Num({ min: 0 }) lastInputSeconds?: number;
  @Opt() @Text({ max: 200 }) reason?: string;
  @Opt() @StrList({ max: 20 }) roles?: string[];
  @Opt() @StrList({ max: 20 }) scopes?: string[];
  @Opt() @StrList({ max: 20 }) tags?: string[];
}

export class SystemEventsListParams {
  @Opt() @Int({ min: 1, max: 100 }) limit?: number;
}
