import { OpenclawError, type OpenclawErrorOptions } from '../common/openclaw-error';

/** Error codes of the wire. Everything else is mapped to UNAVAILABLE at the edge. */
export type RpcErrorCode =
  | 'INVALID_REQUEST'
  | 'UNAVAILABLE'
  | 'NOT_PAIRED'
  | 'NOT_LINKED'
  | 'AGENT_TIMEOUT'
  | 'FORBIDDEN'
  | 'APPROVAL_NOT_FOUND';

export interface RpcErrorOptions extends OpenclawErrorOptions {
  /** A failed answer may carry a payload as well. */
  payload?: unknown;
}

/** An error whose code and text are meant for the client. */
export class RpcError extends OpenclawError {
  readonly payload?: unknown;

  constructor(
    override readonly code: RpcErrorCode,
    message: string,
    options: RpcErrorOptions = {},
  ) {
    super(code, message, options);
    this.payload = options.payload;
  }
}

export const invalidRequest = (message: string, options?: RpcErrorOptions): RpcError =>
  new RpcError('INVALID_REQUEST', message, options);

/** A refusal for want of a scope, with the code that the caller's protocol revision has for it. */
export const missingScope = ({ protocol }: { protocol: 3 | 4 }, scope: string): RpcError =>
  new RpcError(protocol === 4 ? 'FORBIDDEN' : 'INVALID_REQUEST', `missing scope: ${scope}`, {
    details: { code: 'MISSING_SCOPE', missingScope: scope, requiredScopes: [scope] },
  });

export const unavailable = (message: string, options?: RpcErrorOptions): RpcError =>
  new RpcError('UNAVAILABLE', message, options);
