import { Bool, Int, OneOf, Opt, Text } from '../../common/validation/fields';

/** Characters of a key under which a webhook is known again, in the header or in the body. */
export const MAX_HOOK_KEY = 256;

/** Body of `POST /hooks/wake`. */
export class WakeHookBody {
  @Text({ max: 8000 }) text!: string;
  @Opt() @OneOf(['now', 'next-heartbeat']) mode?: 'now' | 'next-heartbeat';
  @Opt() @Text({ max: MAX_HOOK_KEY }) idempotencyKey?: string;
}

/** Body of `POST /hooks/agent`. */
export class AgentHookBody {
  @Text({ max: 200_000 }) message!: string;
  @Opt() @Text({ max: 80 }) name?: string;
  @Opt() @OneOf(['now', 'next-heartbeat']) wakeMode?: 'now' | 'next-heartbeat';
  @Opt() @Text({ max: 64 }) agentId?: string;
  @Opt() @Text({ max: 512 }) sessionKey?: string;
  @Opt() @Bool() deliver?: boolean;
  @Opt() @Text({ max: 40 }) channel?: string;
  @Opt() @Text({ max: 200 }) to?: string;
  @Opt() @Text({ max: 200 }) model?: string;
  @Opt() @Text({ max: 40 }) thinking?: string;
  @Opt() @Int({ min: 1 }) timeoutSeconds?: number;
  @Opt() @Text({ max: MAX_HOOK_KEY }) idempotencyKey?: string;
}
