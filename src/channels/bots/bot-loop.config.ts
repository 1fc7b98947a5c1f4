import { Bool, Int, Opt } from '../../common/validation/fields';
import { Keys } from '../../common/validation/keys';

/** How long other bots are answered without a person among them. */
@Keys<BotLoopProtectionConfig>({
  enabled: ['Off only where bots are meant to write to each other without an end.', true],
  maxEventsPerWindow: ['Messages of one bot that are answered in one place within the window.', 20],
  windowSeconds: ['Length of the window, in seconds.', 60],
  maxEventsPerHour: ['Messages of all bots together that are answered in one chat within an hour.', 120],
  cooldownSeconds: ['Seconds after which a pause ends by itself; 0: when a person writes there.', 0],
})
export class BotLoopProtectionConfig {
  @Opt()
  @Bool()
  enabled?: boolean;
  @Opt()
  @Int({ min: 1, max: 1000 })
  maxEventsPerWindow?: number;
  @Opt() @Int({ min: 1, max: 3600 }) windowSeconds?: number;
  @Opt()
  @Int({ min: 1, max: 10_000 })
  maxEventsPerHour?: number;
  @Opt()
  @Int({ min: 0, max: 86_400 })
  cooldownSeconds?: number;
}
