import type { Telegraf } from 'telegraf';
import type { TelegramContext } from './telegram-context';

/**
 * One call of the Bot API.
 * @param signal aborts the request; the library types an older signal class, the one of Node works
 */
export function telegramCall<T>(
  bot: Telegraf<TelegramContext>,
  method: string,
  payload: Record<string, unknown>,
  signal: AbortSignal,
): Promise<T> {
  const { telegram } = bot;
  return telegram.callApi(method as 'getMe', payload as never, { signal: signal as never }) as Promise<T>;
}
