import type { Context } from 'telegraf';
import type { CallbackQuery, Message, Update } from 'telegraf/types';

/** What the source of updates puts into the context of each before the handlers see it. */
export interface TelegramIntake {
  /** Commits a message; rejects when it could not be stored. */
  message(message: Message, businessId?: string): Promise<void>;
  edited(message: Message, updateId: number): Promise<void>;
  reacted(reaction: Update.MessageReactionUpdate['message_reaction']): Promise<void>;
  /** Commits what a pressed button says. */
  pressed(query: CallbackQuery): Promise<void>;
}

export interface TelegramContext extends Context {
  intake: TelegramIntake;
}
