/** Frames of the OpenClaw dialect. */
export interface RequestFrame {
  type: 'req';
  id: string;
  method: string;
  params?: unknown;
}

export interface WireError {
  code: string;
  message: string;
  details?: Record<string, unknown>;
  retryable?: boolean;
  retryAfterMs?: number;
}

export interface ResponseFrame {
  type: 'res';
  id: string;
  ok: boolean;
  payload?: unknown;
  error?: WireError;
}

export interface EventFrame {
  type: 'event';
  event: string;
  payload?: unknown;
  seq?: number;
  stateVersion?: { presence: number; health: number };
}

const REQUEST_KEYS = new Set(['type', 'id', 'method', 'params', 'traceparent', 'expectedProfileId']);
const MAX_TRACEPARENT = 128;

export type ParsedRequest = { ok: true; frame: RequestFrame } | { ok: false; id: string | undefined; problem: string };

/** Checks a decoded frame of a client. */
export function parseRequestFrame(value: unknown): ParsedRequest {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, id: undefined, problem: 'must be object' };
  }
  const frame = value as Record<string, unknown>;
  const id = typeof frame['id'] === 'string' && frame['id'] !== '' ? frame['id'] : undefined;
  const bad = (problem: string): ParsedRequest => ({ ok: false, id, problem });
  if (frame['type'] !== 'req') return bad('at /type: must be "req"');
  if (id === undefined)
    return bad('id' in frame ? 'at /id: must be a non-empty string' : "must have required property 'id'");
  const method = frame['method'];
  if (typeof method !== 'string' || method === '') {
    return bad('method' in frame ? 'at /method: must be a non-empty string' : "must have required property 'method'");
  }
  for (const key in frame) if (!REQUEST_KEYS.has(key)) return bad(`at root: unexpected property '${key}'`);
  const trace = frame['traceparent'];
  if (trace !== undefined && (typeof trace !== 'string' || trace.length > MAX_TRACEPARENT)) {
    return bad(`at /traceparent: must be text of at most ${MAX_TRACEPARENT} characters`);
  }
  return { ok: true, frame: { type: 'req', id, method, params: frame['params'] } };
}
