import type { Context } from 'telegraf';
import type { CallbackQuery, Message } from 'telegraf/types';

/** What the poller puts into the context of each update before the handlers see it. */
export interface TelegramIntake {
  /** Commits a message; rejects when it could not be stored. */
  message(message: Message): Promise<void>;
  /** Commits what a pressed button says. */
  pressed(query: CallbackQuery): Promise<void>;
}

export interface TelegramContext extends Context {
  intake: TelegramIntake;
}
