import type { Telegram } from 'telegraf';
import type { TelegramAccount } from './telegram-accounts';
import { TelegramBots } from './telegram-bots';
import { telegramCall } from './telegram-call';

/** Longest wait for the answer to a call. */
const MAX_CALL_MS = 60_000;

/** Calls of the Bot API by account. */
export class TelegramCalls {
  readonly bots = new TelegramBots();

  /** @param account the account of an id. @throws ChannelFatalError */
  constructor(readonly account: (id: string) => TelegramAccount) {}

  client(accountId: string): Telegram {
    return this.bots.client(this.account(accountId));
  }

  call(accountId: string, method: string, params: Record<string, unknown>): Promise<unknown> {
    const seconds = this.account(accountId).settings.timeoutSeconds;
    const timeout = Math.min(seconds === undefined ? MAX_CALL_MS : seconds * 1000, MAX_CALL_MS);
    return telegramCall(this.client(accountId), method, params, AbortSignal.timeout(timeout));
  }
}
