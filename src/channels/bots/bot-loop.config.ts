import { Bool, Doc, Int, Opt } from '../../common/validation/fields';

/** How long other bots are answered without a person among them. */
export class BotLoopProtectionConfig {
  @Opt()
  @Bool()
  @Doc('Off only where bots are meant to write to each other without an end; on by default.')
  enabled?: boolean;
  @Opt()
  @Int({ min: 1, max: 1000 })
  @Doc('Messages of one bot that are answered in one place within the window; 20 by default.')
  maxEventsPerWindow?: number;
  @Opt() @Int({ min: 1, max: 3600 }) @Doc('Length of the window in seconds; 60 by default.') windowSeconds?: number;
  @Opt()
  @Int({ min: 1, max: 10_000 })
  @Doc('Messages of all bots together that are answered in one chat within an hour; 120 by default.')
  maxEventsPerHour?: number;
  @Opt()
  @Int({ min: 0, max: 86_400 })
  @Doc('Seconds after which a pause ends by itself; 0, the default: when a person writes there.')
  cooldownSeconds?: number;
}
