import { OpenclawError } from '../../common/openclaw-error';
import type { Usage } from '../../sessions/transcript-event';

export const MODEL_ERROR_KINDS = [
  'auth',
  'billing',
  'rate_limit',
  'overloaded',
  'context_overflow',
  'content_filter',
  'invalid_request',
  'network',
  'timeout',
  'malformed',
  'budget',
  'unknown',
] as const;
export type ModelErrorKind = (typeof MODEL_ERROR_KINDS)[number];

/** Kinds that another attempt with the same model may cure. */
const TRANSIENT: ReadonlySet<ModelErrorKind> = new Set([
  'rate_limit',
  'overloaded',
  'network',
  'timeout',
  'malformed',
  'unknown',
]);

/** A model call failed. `kind` decides what happens next; the message is fit for people. */
export class ModelError extends OpenclawError {
  constructor(
    readonly kind: ModelErrorKind,
    message: string,
    options: { retryAfterMs?: number; cause?: unknown; status?: number } = {},
  ) {
    super(`MODEL_${kind.toUpperCase()}`, message, {
      retryable: TRANSIENT.has(kind),
      ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
      cause: options.cause,
      ...(options.status === undefined ? {} : { details: { status: options.status } }),
    });
  }
}

/** A model has ended and neither said anything nor called a tool; it may have thought, which costs all the same. */
export class EmptyAnswerError extends ModelError {
  constructor(
    message: string,
    readonly usage: Usage,
  ) {
    super('malformed', message);
  }
}
