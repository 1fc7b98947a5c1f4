import { messageOf } from '../../common/openclaw-error';
import { ChannelSendError, type SendFailure } from '../channel-adapter';

/** What the errors of Slack's client have in common. */
interface SlackError {
  /** Answer of the interface. */
  data?: { error?: string };
  statusCode?: number;
  /** Seconds. */
  retryAfter?: number;
  original?: unknown;
  cause?: unknown;
  code?: string;
}

/** Words of the interface for credentials that are no good. */
const UNAUTHORIZED = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'no_permission',
  'team_access_not_granted',
]);
/** Words after which another try may succeed. */
const PASSING = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);
/** Errors after which the request certainly did not reach the server. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * The interface's word for what went wrong. Its client puts whatever came instead of JSON in the same place, such as the
 * page of a proxy in between: that is no word, and says nothing about what became of the call.
 */
export function apiErrorOf(error: unknown): string | undefined {
  const word = (error as SlackError).data?.error;
  return word !== undefined && /^[a-z][a-z0-9_-]*$/.test(word) ? word : undefined;
}

export const isUnauthorized = (error: unknown): boolean => UNAUTHORIZED.has(apiErrorOf(error) ?? '');

/** Milliseconds that Slack asks to wait; undefined where it does not. */
export function retryAfterOf(error: unknown): number | undefined {
  const { retryAfter, code } = error as SlackError;
  return retryAfter !== undefined ? retryAfter * 1000 : code === 'slack_webapi_rate_limited_error' ? 1000 : undefined;
}

/** Whose fault a failed call was. A call whose repetition changes nothing is never ambiguous. */
export function sendError(error: unknown, repeatable: boolean): ChannelSendError {
  if (error instanceof ChannelSendError) return error;
  const wait = retryAfterOf(error);
  return new ChannelSendError(failureOf(error, wait, repeatable), `Slack: ${apiErrorOf(error) ?? messageOf(error)}`, {
    cause: error,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

function failureOf(error: unknown, wait: number | undefined, repeatable: boolean): SendFailure {
  if (wait !== undefined) return 'rate_limited';
  if (isUnauthorized(error)) return 'unauthorized';
  const word = apiErrorOf(error);
  const unclear = repeatable ? 'not_delivered' : 'ambiguous';
  if (word !== undefined) return PASSING.has(word) ? unclear : 'refused';
  return neverSent(error) ? 'not_delivered' : unclear;
}

function neverSent(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    const { code, original, cause } = at as SlackError;
    if (code !== undefined && NOT_SENT.has(code)) return true;
    at = original ?? cause;
  }
  return false;
}
