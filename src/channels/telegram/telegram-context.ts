import type { Context } from 'telegraf';
import type { ReceivedUpdate } from './telegram-update';

/** What the source of updates puts into the context of each before the handler sees it. */
export interface TelegramIntake {
  /** Commits what an update says; rejects when it could not be stored. */
  take(update: ReceivedUpdate): Promise<void>;
}

export interface TelegramContext extends Context {
  intake: TelegramIntake;
}
