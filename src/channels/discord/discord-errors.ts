import { messageOf } from '../../common/openclaw-error';
import { ChannelSendError, type SendFailure } from '../channel-adapter';

/** What discord.js's errors have in common with each other and with those of the network. */
interface DiscordError {
  status?: number;
  code?: number | string;
  /** Milliseconds; of a refused request. */
  retryAfter?: number;
}

/** Errors after which the request certainly did not reach the server. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export const statusOf = (error: unknown): number | undefined => (error as DiscordError).status;

/** Discord's own number of what went wrong. */
export const apiCodeOf = (error: unknown): number | string | undefined => (error as DiscordError).code;

/** Milliseconds that Discord asks to wait; undefined where it does not. */
export const retryAfterOf = (error: unknown): number | undefined => (error as DiscordError).retryAfter;

/** Whose fault a failed call was. A call whose repetition changes nothing is never ambiguous. */
export function sendError(error: unknown, repeatable: boolean): ChannelSendError {
  if (error instanceof ChannelSendError) return error;
  const failure = failureOf(error as DiscordError, repeatable);
  const status = statusOf(error);
  const wait = failure === 'rate_limited' ? Math.max(1, retryAfterOf(error) ?? 1000) : undefined;
  // The library says nothing of calls that it does not make because of a limit.
  const reason = messageOf(error) || 'a limit of calls is reached';
  return new ChannelSendError(failure, `Discord: ${reason}${status === undefined ? '' : ` (${status})`}`, {
    cause: error,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

function failureOf({ status, code, retryAfter }: DiscordError, repeatable: boolean): SendFailure {
  if (retryAfter !== undefined || status === 429) return 'rate_limited';
  if (status === 401) return 'unauthorized';
  if (status !== undefined && status < 500) return 'refused';
  if (typeof code === 'string' && NOT_SENT.has(code)) return 'not_delivered';
  if (repeatable) return 'not_delivered';
  return status === undefined ? 'ambiguous' : 'server_fault';
}

/**
 * Id of what a call answers with.
 * @param repeatable whether the call may be made again without harm
 * @throws ChannelSendError for the page of a proxy in between: it says nothing about what became of the call
 */
export function idOf(answer: unknown, repeatable = false): string {
  const { id } = (answer ?? {}) as { id?: unknown };
  if (typeof id !== 'string')
    throw new ChannelSendError(repeatable ? 'not_delivered' : 'ambiguous', 'Discord: the answer has no id');
  return id;
}
