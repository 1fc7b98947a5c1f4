import { Injectable } from '@nestjs/common';
import { isPlainObject } from '../../common/plain-object';
import type { RpcContext } from '../../rpc/rpc-context';
import { MAX_BATCH } from '../protocol/limits';
import { Dispatcher } from './dispatcher';
import { type OutgoingError, answer, jsonRpcDialect } from './wire-dialect';
import { RpcCode } from './wire-error';

export type JsonRpcId = string | number | null;

export const SECOND_CONNECT: OutgoingError = {
  code: 'INVALID_REQUEST',
  message: 'connect is only valid as the first request',
  rpcCode: RpcCode.refused,
};

type ContextFactory = (acknowledge: (payload: unknown) => void) => RpcContext;
/** Called exactly once; with undefined where nothing may be answered. */
type Settle = (text: string | undefined) => void;

/** JSON-RPC 2.0 requests, notifications and batches of a caller who is known already. */
@Injectable()
export class JsonRpcService {
  constructor(private readonly dispatcher: Dispatcher) {}

  handle(value: unknown, contextFor: ContextFactory, settle: Settle): void {
    if (!Array.isArray(value)) {
      this.call(value, contextFor, settle);
      return;
    }
    if (value.length === 0 || value.length > MAX_BATCH) {
      const problem = value.length === 0 ? 'a batch must not be empty' : `a batch holds at most ${MAX_BATCH} requests`;
      settle(jsonRpcError(null, RpcCode.invalidRequest, `Invalid Request: ${problem}`));
      return;
    }
    const answers: string[] = [];
    let open = value.length;
    for (const entry of value) {
      this.call(entry, contextFor, (text) => {
        if (text !== undefined) answers.push(text);
        if (--open === 0) settle(answers.length > 0 ? `[${answers.join(',')}]` : undefined);
      });
    }
  }

  private call(value: unknown, contextFor: ContextFactory, settle: Settle): void {
    const call = readJsonRpc(value);
    if ('ignored' in call) {
      settle(undefined);
      return;
    }
    if ('problem' in call) {
      settle(jsonRpcError(call.id, RpcCode.invalidRequest, `Invalid Request: ${call.problem}`));
      return;
    }
    const { id, method, params } = call.request;
    const isNotification = id === undefined;
    if (method === 'connect') {
      settle(isNotification ? undefined : jsonRpcDialect.error(id, SECOND_CONNECT));
      return;
    }
    let settled = false;
    const once = (text: string): void => {
      if (settled) return;
      settled = true;
      settle(isNotification ? undefined : text);
    };
    const context = contextFor((payload) => once(jsonRpcDialect.result(id, JSON.stringify(payload))));
    this.dispatcher.call(method, params, context, (outcome) => once(answer(jsonRpcDialect, id, outcome)));
  }
}

interface JsonRpcRequest {
  /** Undefined: a notification. */
  id: JsonRpcId | undefined;
  method: string;
  params: unknown;
}

export type JsonRpcCall = { request: JsonRpcRequest } | { problem: string; id: JsonRpcId } | { ignored: true };

/** Reads one decoded JSON value as the specification's request object. */
export function readJsonRpc(value: unknown): JsonRpcCall {
  if (!isPlainObject(value)) return { problem: 'must be an object', id: null };
  const { jsonrpc, id, method, params } = value;
  const isResponse = !('method' in value) && ('result' in value || 'error' in value);
  if (isResponse) return { ignored: true };
  const validId = typeof id === 'string' || id === null || (typeof id === 'number' && Number.isFinite(id));
  if (id !== undefined && !validId) return { problem: 'id must be a string, a number or null', id: null };
  const known: JsonRpcId = id === undefined ? null : (id as JsonRpcId);
  if (jsonrpc !== '2.0') return { problem: 'jsonrpc must be "2.0"', id: known };
  if (typeof method !== 'string') return { problem: 'method must be a string', id: known };
  if ('params' in value && (typeof params !== 'object' || params === null)) {
    return { problem: 'params must be an object or an array', id: known };
  }
  return { request: { id: id as JsonRpcId | undefined, method, params } };
}

export function jsonRpcError(id: JsonRpcId, code: number, message: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":{"code":${code},"message":${JSON.stringify(message)}}}`;
}
