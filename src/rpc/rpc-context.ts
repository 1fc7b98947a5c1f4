/** Who calls, as a handler sees it. Handlers never see sockets. */
export interface RpcCaller {
  connectionId: string;
  protocol: 3 | 4;
  dialect: 'openclaw' | 'jsonrpc';
  role: 'operator' | 'node';
  scopes: ReadonlySet<string>;
  /** It has shown the shared secret with this very request. */
  hasShownSecret?: true;
  clientId: string;
  clientMode: string;
  displayName?: string;
  deviceId?: string;
  capabilities: ReadonlySet<string>;
  remoteAddress: string;
  /** Keys of the sessions that it has open, by `sessions.messages.subscribe`. */
  follows: Set<string>;
  /** Has subscribed to the list of sessions, by `sessions.subscribe`. */
  watchesSessions: boolean;
}

/** By which requests of one caller are told from those of another, also after it has connected anew. */
export const callerKey = ({ deviceId, clientId }: RpcCaller): string =>
  deviceId === undefined ? `client:${clientId}` : `device:${deviceId}`;

/** How a caller is named to people. */
export const nameOf = ({ displayName, clientId }: RpcCaller): string => displayName ?? clientId;

export interface RpcContext {
  caller: RpcCaller;
  /**
   * Sends a first answer with the request's id before the returned one (method `agent`). JSON-RPC allows one answer
   * only: there this is the answer and what the handler returns later is not sent.
   */
  acknowledge(payload: unknown): void;
  /** Aborts when the connection is gone. */
  signal: AbortSignal;
  /** Aborts when the client is gone for good; absent where it does not come back in any case, so that `signal` says it. */
  lasting?: AbortSignal;
}

/** A result that is JSON text already, to save serialising the same object for every call. */
export class PreparedJson {
  constructor(readonly text: string) {}
}
