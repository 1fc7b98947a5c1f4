import type { Telegram } from 'telegraf';

/**
 * One call of the Bot API.
 * @param signal aborts the request; the library types an older signal class, the one of Node works
 */
export const telegramCall = <T>(
  telegram: Telegram,
  method: string,
  payload: Record<string, unknown>,
  signal: AbortSignal,
): Promise<T> => telegram.callApi(method as 'getMe', payload as never, { signal: signal as never }) as Promise<T>;
