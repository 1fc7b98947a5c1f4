import type { WireError } from '../protocol/frames';

/** An error on its way to a client, with the code of either dialect. */
export interface OutgoingError extends WireError {
  /** JSON-RPC 2.0 error code. */
  rpcCode: number;
  /** A failed answer may carry a payload in the OpenClaw dialect. */
  payloadJson?: string;
}

/** How one client is spoken to. Payloads arrive as JSON text, serialised once for all clients. */
export interface WireDialect {
  readonly name: 'openclaw' | 'jsonrpc';
  result(id: unknown, payloadJson: string): string;
  error(id: unknown, error: OutgoingError): string;
  event(name: string, payloadJson: string, seq: number | undefined, stateVersionJson: string | undefined): string;
}

/** OpenClaw frames `res` and `event`. */
export const openclawDialect: WireDialect = {
  name: 'openclaw',
  result: (id, payloadJson) => `{"type":"res","id":${JSON.stringify(id)},"ok":true,"payload":${payloadJson}}`,
  error: (id, error) => {
    const { rpcCode: _, payloadJson, ...wire } = error;
    const payload = payloadJson === undefined ? '' : `,"payload":${payloadJson}`;
    return `{"type":"res","id":${JSON.stringify(id)},"ok":false${payload},"error":${JSON.stringify(wire)}}`;
  },
  event: (name, payloadJson, seq, stateVersionJson) =>
    `{"type":"event","event":${JSON.stringify(name)},"payload":${payloadJson}` +
    `${seq === undefined ? '' : `,"seq":${seq}`}${stateVersionJson === undefined ? '' : `,"stateVersion":${stateVersionJson}`}}`,
};

/** JSON-RPC 2.0: answers carry `result` or `error`, events arrive as notifications named after the event. */
export const jsonRpcDialect: WireDialect = {
  name: 'jsonrpc',
  result: (id, payloadJson) => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${payloadJson}}`,
  error: (id, error) => {
    const { rpcCode, payloadJson, message, ...data } = error;
    const payload = payloadJson === undefined ? '' : `,"payload":${payloadJson}`;
    const dataJson = `${JSON.stringify(data).slice(0, -1)}${payload}}`;
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":{"code":${rpcCode},"message":${JSON.stringify(message)},"data":${dataJson}}}`;
  },
  event: (name, payloadJson, seq, stateVersionJson) =>
    `{"jsonrpc":"2.0","method":${JSON.stringify(name)},"params":{"payload":${payloadJson}` +
    `${seq === undefined ? '' : `,"seq":${seq}`}${stateVersionJson === undefined ? '' : `,"stateVersion":${stateVersionJson}`}}}`,
};

/** Result of a call, payload as JSON text. */
export type CallOutcome = { ok: true; json: string } | { ok: false; error: OutgoingError };

export function answer(dialect: WireDialect, id: unknown, outcome: CallOutcome): string {
  return outcome.ok ? dialect.result(id, outcome.json) : dialect.error(id, outcome.error);
}
