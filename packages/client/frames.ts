/** Frames of the gateway protocol, revision 4, as clients use them. */
export interface WireError {
  code: string;
  message: string;
  details?: Record<string, unknown>;
  retryable?: boolean;
  retryAfterMs?: number;
}

export interface EventFrame {
  type: 'event';
  event: string;
  payload: unknown;
  seq?: number;
}

export interface ResponseFrame {
  type: 'res';
  id: string;
  ok: boolean;
  payload?: unknown;
  error?: WireError;
}

export interface Hello {
  server: { version: string; host?: string; bootId: string };
  features: { methods: string[]; events: string[]; capabilities?: string[] };
  snapshot: {
    uptimeMs: number;
    authMode?: string;
    sessionDefaults?: { mainSessionKey: string; defaultAgentId: string };
  };
  auth: { deviceToken?: string; scopes: string[] };
  policy: { tickIntervalMs: number };
  /** Absent at gateways that can't go on with a connection that was cut. */
  resume?: { epoch: string; seq: number; state: 'new' | 'resumed' | 'resync'; missed?: number };
}
