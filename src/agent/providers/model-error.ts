import { OpenclawError } from '../../common/openclaw-error';
import type { Usage } from '../../sessions/transcript-event';
import type { ToldLimit } from './told-limit';

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
  /** What the provider has said of sizes, where the request was too long for it. */
  readonly told: ToldLimit;

  constructor(
    readonly kind: ModelErrorKind,
    message: string,
    options: { retryAfterMs?: number; cause?: unknown; status?: number; told?: ToldLimit } = {},
  ) {
    super(`MODEL_${kind.toUpperCase()}`, message, {
      retryable: TRANSIENT.has(kind),
      ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
      cause: options.cause,
      ...(options.status === undefined ? {} : { details: { status: options.status } }),
    });
    this.told = options.told ?? {};
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
