import { cutText } from '../../common/cut-text';
import { MODEL_FAILURES } from '../../common/model-failures';
import { messageOf } from '../../common/openclaw-error';
import { ModelError, type ModelErrorKind } from './model-error';
import { toldLimit } from './told-limit';

interface ApiCallFacts {
  statusCode?: number;
  responseBody?: string;
  responseHeaders?: Record<string, string>;
}

const OVERFLOW =
  /context.?(length|window|size|limit)|maximum (context|prompt)|too many tokens|prompt is too long|exceeds? the (model'?s )?(maximum|context)|input token count|when context the overflows/i;
const FILTERED = /content.?(filter|policy|management)|safety|blocked by|responsible ai/i;
const BILLING = /insufficient.?(quota|funds|credit)|billing|credit balance|payment required/i;
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/**
 * What went wrong with a model call, from anything that a provider package, fetch or a stream can throw.
 * @param hasBegun whether some of the answer had come: a connection that ends then did reach the provider
 */
export function classifyModelError(thrown: unknown, model: string, hasBegun = false): ModelError {
  if (thrown instanceof ModelError) return thrown;
  const facts = thrown as ApiCallFacts;
  const text = `${messageOf(thrown)} ${facts.responseBody ?? ''}`;
  const status = facts.statusCode;
  if (status !== undefined && status >= 400) {
    const kind = kindOfStatus(status, text);
    return new ModelError(kind, describe(kind, model, status, thrown), {
      cause: thrown,
      status,
      ...retryAfter(facts.responseHeaders),
      ...(kind === 'context_overflow' ? { told: toldLimit(facts.responseBody, messageOf(thrown)) } : {}),
    });
  }
  // An answer that began well may still break off.
  const failure = kindOfFailure(thrown, text);
  const kind = failure === 'unknown' && status !== undefined ? 'malformed' : failure;
  const told = kind === 'context_overflow' ? { told: toldLimit(facts.responseBody, messageOf(thrown)) } : {};
  const isCutOff = kind === 'network' && (hasBegun || status !== undefined);
  const words = isCutOff ? `${model} ${MODEL_FAILURES.cut_off}` : describe(kind, model, undefined, thrown);
  return new ModelError(kind, words, { cause: thrown, ...told });
}

function kindOfStatus(status: number, text: string): ModelErrorKind {
  if (status === 402 || BILLING.test(text)) return 'billing';
  if (status === 401 || status === 403) return FILTERED.test(text) ? 'content_filter' : 'auth';
  if (status === 429) return 'rate_limit';
  if (status === 413 || OVERFLOW.test(text)) return 'context_overflow';
  if (status === 503 || status === 529 || /overloaded/i.test(text)) return 'overloaded';
  if (status === 408 || status === 504) return 'timeout';
  if (status >= 500) return 'overloaded';
  return status === 400 && FILTERED.test(text) ? 'content_filter' : 'invalid_request';
}

function kindOfFailure(thrown: unknown, text: string): ModelErrorKind {
  for (
    let error: unknown = thrown, depth = 0;
    error && depth < 5;
    error = (error as { cause?: unknown }).cause, depth++
  ) {
    const { code, name } = error as { code?: string; name?: string };
    if (name === 'TimeoutError') return 'timeout';
    if (code !== undefined && NETWORK_CODES.has(code)) return 'network';
    if (name === 'AI_JSONParseError' || name === 'AI_TypeValidationError' || name === 'AI_InvalidResponseDataError')
      return 'malformed';
    if (name === 'AI_LoadAPIKeyError') return 'auth';
  }
  if (/overloaded/i.test(text)) return 'overloaded';
  if (/rate.?limit/i.test(text)) return 'rate_limit';
  if (OVERFLOW.test(text)) return 'context_overflow';
  if (BILLING.test(text)) return 'billing';
  if (/fetch failed|terminated|socket hang up|network/i.test(text)) return 'network';
  if (FILTERED.test(text)) return 'content_filter';
  return 'unknown';
}

function retryAfter(headers: Record<string, string> | undefined): { retryAfterMs?: number } {
  const milliseconds = Number(headers?.['retry-after-ms']);
  if (Number.isFinite(milliseconds) && milliseconds > 0) return { retryAfterMs: milliseconds };
  const text = headers?.['retry-after'];
  if (text === undefined) return {};
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return { retryAfterMs: Math.max(0, seconds * 1000) };
  const date = Date.parse(text);
  return Number.isNaN(date) ? {} : { retryAfterMs: Math.max(0, date - Date.now()) };
}

function describe(kind: ModelErrorKind, model: string, status: number | undefined, thrown: unknown): string {
  const showDetail = kind === 'invalid_request' || kind === 'unknown' || kind === 'network';
  const detail = showDetail ? `: ${cutText(messageOf(thrown), 200)}` : '';
  return `${model} ${MODEL_FAILURES[kind]}${status === undefined ? '' : ` (HTTP ${status})`}${detail}`;
}
