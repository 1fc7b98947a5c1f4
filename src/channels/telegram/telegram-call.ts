import type { Telegram } from 'telegraf';
import { upgradedTo } from './telegram-errors';

/**
 * One call of the Bot API. What is meant for a group by its old id is sent by its new one: the refusal names it. A message
 * that is named by its number is meant where it was: the numbers of the new group are those of other messages.
 * @param signal aborts the request; the library types an older signal class, the one of Node works
 */
export async function telegramCall<T>(
  telegram: Telegram,
  method: string,
  payload: Record<string, unknown>,
  signal: AbortSignal,
): Promise<T> {
  const once = (what: Record<string, unknown>): Promise<T> =>
    telegram.callApi(method as 'getMe', what as never, { signal: signal as never }) as Promise<T>;
  try {
    return await once(payload);
  } catch (error) {
    const to = upgradedTo(error);
    if (to === undefined || 'message_id' in payload) throw error;
    return once({ ...payload, chat_id: to });
  }
}
