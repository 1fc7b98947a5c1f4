import { Bool, Int, OneOf, Opt, Text } from '../common/validation/fields';

/** Body of `POST /hooks/wake`. */
export class WakeHookBody {
  @Text({ max: 8000 }) text!: string;
  @Opt() @OneOf(['now', 'next-heartbeat']) mode?: 'now' | 'next-heartbeat';
  @Opt() @Text({ max: 200 }) idempotencyKey?: string;
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
  @Opt() @Text({ max: 200 }) idempotencyKey?: string;
}
