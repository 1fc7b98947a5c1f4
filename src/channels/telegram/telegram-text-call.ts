import { apiErrorCode, apiErrorText, sendError } from './telegram-errors';
import { telegramHtml } from './telegram-format';

type Params = Record<string, unknown>;

/** The call for a text in a format; made outside of the call: what fails in it is no failure of the network. */
export type TextCall = (text: string, format: Params) => readonly [method: string, params: Params];

/**
 * Sends a text as HTML; when Telegram can't read it, as plain text, so that the words arrive.
 * @throws ChannelSendError for what fails in the call
 */
export async function callWithText(
  call: (method: string, params: Params) => Promise<unknown>,
  text: string,
  repeatable: boolean,
  callFor: TextCall,
): Promise<unknown> {
  const asHtml = callFor(telegramHtml(text), { parse_mode: 'HTML' });
  try {
    return await call(...asHtml);
  } catch (error) {
    const unreadable =
      apiErrorCode(error) === 400 &&
      /can't parse entities|unsupported start tag|can't find end/i.test(apiErrorText(error));
    if (!unreadable) throw sendError(error, repeatable);
  }
  const asPlain = callFor(text, {});
  try {
    return await call(...asPlain);
  } catch (error) {
    throw sendError(error, repeatable);
  }
}
