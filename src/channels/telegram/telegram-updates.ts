import { Ctx, Update, Use } from 'nestjs-telegraf';
import type { TelegramContext } from './telegram-context';
import type { ReceivedUpdate } from './telegram-update';

/**
 * Updates of every bot, of all kinds: the library has names for those of Bot API 7.1 only. The handler resolves when the
 * update is on disk; only then does the poller go on.
 */
@Update()
export class TelegramUpdates {
  @Use()
  async onUpdate(@Ctx() { intake, update }: TelegramContext): Promise<void> {
    await intake.take(update as unknown as ReceivedUpdate);
  }
}
