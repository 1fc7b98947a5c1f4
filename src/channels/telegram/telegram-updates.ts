import { Ctx, On, Update } from 'nestjs-telegraf';
import type { TelegramContext } from './telegram-context';

/** Updates of every bot. A handler resolves when its message is on disk; only then does the poller go on. */
@Update()
export class TelegramUpdates {
  @On('message')
  async onMessage(@Ctx() context: TelegramContext): Promise<void> {
    if (context.message) await context.intake.message(context.message);
  }

  @On('callback_query')
  async onPressed(@Ctx() context: TelegramContext): Promise<void> {
    if (context.callbackQuery) await context.intake.pressed(context.callbackQuery);
  }

  @On('channel_post')
  async onChannelPost(@Ctx() context: TelegramContext): Promise<void> {
    if (context.channelPost) await context.intake.message(context.channelPost);
  }
}
