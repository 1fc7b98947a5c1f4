/** Facts an error carries beside its message. All of them may reach a client. */
export interface OpenclawErrorOptions {
  /** Milliseconds after which a retry makes sense; implies `retryable`. */
  retryAfterMs?: number;
  retryable?: boolean;
  details?: Record<string, unknown>;
  cause?: unknown;
  /** Process exit code when this error ends a command or a boot. */
  exitCode?: number;
}

/**
 * Base of every error the product raises on purpose.
 * `code` is stable and documented; `message` names the field, the value and the way out.
 */
export class OpenclawError extends Error {
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly details?: Record<string, unknown>;
  readonly exitCode?: number;

  constructor(
    readonly code: string,
    message: string,
    options: OpenclawErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.retryAfterMs = options.retryAfterMs;
    this.retryable = options.retryable ?? options.retryAfterMs !== undefined;
    this.details = options.details;
    this.exitCode = options.exitCode;
  }
}

/** The message of anything that can be thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
