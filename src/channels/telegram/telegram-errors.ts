import { messageOf } from '../../common/openclaw-error';
import { ChannelSendError, type SendFailure } from '../channel-adapter';

interface TelegramApiError {
  response?: {
    error_code?: number;
    description?: string;
    parameters?: { retry_after?: number; migrate_to_chat_id?: number };
  };
  code?: string;
  type?: string;
  name?: string;
}

/** Errors after which the request certainly did not reach the server. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

export const apiErrorCode = (error: unknown): number | undefined => (error as TelegramApiError).response?.error_code;

export const apiErrorText = (error: unknown): string =>
  (error as TelegramApiError).response?.description ?? messageOf(error);

/** Milliseconds that Telegram asks to wait. */
export function retryAfterMs(error: unknown): number | undefined {
  const seconds = (error as TelegramApiError).response?.parameters?.retry_after;
  return seconds === undefined ? undefined : seconds * 1000;
}

/** New id of the group that a call named by its old one. */
export const upgradedTo = (error: unknown): number | undefined =>
  (error as TelegramApiError).response?.parameters?.migrate_to_chat_id;

/** Whose fault a failed call was. A call whose repetition changes nothing is never ambiguous. */
export function sendError(error: unknown, repeatable: boolean): ChannelSendError {
  const code = apiErrorCode(error);
  const text = apiErrorText(error);
  const failure = failureOf(error, code, repeatable);
  const wait = failure === 'rate_limited' ? (retryAfterMs(error) ?? 1000) : undefined;
  return new ChannelSendError(failure, `Telegram: ${text}${code === undefined ? '' : ` (${code})`}`, {
    cause: error,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

function failureOf(error: unknown, code: number | undefined, repeatable: boolean): SendFailure {
  if (code === 429) return 'rate_limited';
  if (code === 401) return 'unauthorized';
  if (code !== undefined && code >= 500) return repeatable ? 'not_delivered' : 'server_fault';
  if (code !== undefined) return 'refused';
  if (NOT_SENT.has((error as TelegramApiError).code ?? '')) return 'not_delivered';
  return repeatable ? 'not_delivered' : 'ambiguous';
}
