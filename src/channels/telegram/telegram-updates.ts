import { Ctx, Next, On, Update, Use } from 'nestjs-telegraf';
import type { Message } from 'telegraf/types';
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

  @On('edited_message')
  async onEdited(@Ctx() context: TelegramContext): Promise<void> {
    if (context.editedMessage) await context.intake.edited(context.editedMessage, context.update.update_id);
  }

  @On('message_reaction')
  async onReaction(@Ctx() context: TelegramContext): Promise<void> {
    if (context.messageReaction) await context.intake.reacted(context.messageReaction);
  }

  /** Kinds of updates that the library has no name for yet. */
  @Use()
  async onOther(@Ctx() context: TelegramContext, @Next() next: () => Promise<void>): Promise<void> {
    const { business_message: message } = context.update as unknown as {
      business_message?: Message & { business_connection_id?: string };
    };
    if (message) await context.intake.message(message, message.business_connection_id);
    else await next();
  }
}
