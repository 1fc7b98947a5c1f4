import { randomUUID } from 'node:crypto';
import type { Logger } from '../../common/logger';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import type { Redactor } from '../../common/redactor';
import { RpcError } from '../../rpc/rpc-error';
import type { OutgoingError } from './wire-dialect';

/** JSON-RPC 2.0 codes: the specification's own, then the server range for application errors. */
export const RpcCode = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  unavailable: -32000,
  unauthorized: -32001,
  forbidden: -32003,
  refused: -32004,
} as const;

const APPLICATION_CODES: Record<string, number> = {
  INVALID_REQUEST: RpcCode.refused,
  NOT_PAIRED: RpcCode.unauthorized,
  FORBIDDEN: RpcCode.forbidden,
};

export const methodNotFound = (method: string): OutgoingError => ({
  code: 'INVALID_REQUEST',
  message: `unknown method: ${method}`,
  rpcCode: RpcCode.methodNotFound,
});

export const invalidParams = (method: string, problems: string): OutgoingError => ({
  code: 'INVALID_REQUEST',
  message: `invalid ${method} params: ${problems}`,
  rpcCode: RpcCode.invalidParams,
});

export const invalidFrame = (problem: string): OutgoingError => ({
  code: 'INVALID_REQUEST',
  message: `invalid request frame: ${problem}`,
  rpcCode: RpcCode.invalidRequest,
});

/**
 * Turns anything thrown into what a client sees; the only place that does. Errors raised on purpose keep their text;
 * anything else is logged under an id, and the client gets that id instead of inner details.
 */
export function toWireError(thrown: unknown, method: string, log: Logger, redactor: Redactor): OutgoingError {
  if (thrown instanceof RpcError) {
    return {
      ...facts(thrown, redactor),
      code: thrown.code,
      rpcCode: APPLICATION_CODES[thrown.code] ?? RpcCode.unavailable,
      ...(thrown.payload === undefined ? {} : { payloadJson: JSON.stringify(thrown.payload) }),
    };
  }
  if (thrown instanceof OpenclawError) {
    const known = facts(thrown, redactor);
    return {
      ...known,
      code: 'UNAVAILABLE',
      details: { reason: thrown.code, ...known.details },
      rpcCode: RpcCode.unavailable,
    };
  }
  const errorId = randomUUID();
  log.error({ method, errorId, error: thrown }, `method ${method} failed: ${messageOf(thrown)}`);
  return {
    code: 'UNAVAILABLE',
    message: `internal error in ${method}; look for ${errorId} in the log`,
    details: { reason: 'INTERNAL', errorId },
    rpcCode: RpcCode.internal,
  };
}

function facts(error: OpenclawError, redactor: Redactor): Omit<OutgoingError, 'code' | 'rpcCode'> {
  return {
    message: redactor.redact(error.message),
    ...(error.details ? { details: error.details } : {}),
    ...(error.retryable ? { retryable: true } : {}),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  };
}
