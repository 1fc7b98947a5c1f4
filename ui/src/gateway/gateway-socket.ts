import { reconnectDelay } from './backoff';
import type { Credentials } from './credentials';
import type { DeviceKey } from './device-key';
import type { MethodCall } from './method-call';
import type { EventFrame, Hello, ResponseFrame, WireError } from './frames';

export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'connected'; hello: Hello }
  /** Down; the next attempt is planned. */
  | { kind: 'waiting'; reason: string; error?: WireError }
  /** The gateway does not accept who we are; somebody has to act. */
  | { kind: 'refused'; error: WireError };

export class CallError extends Error {
  constructor(
    readonly error: WireError,
    /** The connection broke: whether the call took effect is not known. */
    readonly isUnknown = false,
  ) {
    super(error.message);
  }
}

export interface SocketOptions {
  url: string;
  version: string;
  key: DeviceKey;
  credentials: Credentials | undefined;
  onState(state: ConnectionState): void;
  onEvent(frame: EventFrame): void;
  /** Events were missed: whoever shows state should read it again. */
  onGap(): void;
}

interface Waiting {
  resolve(payload: unknown): void;
  reject(error: CallError): void;
  timer: ReturnType<typeof setTimeout>;
}

const SCOPES = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'];
const CLIENT = { id: 'openclaw-control-ui', mode: 'ui', platform: 'web' } as const;
const CALL_TIMEOUT_MS = 20_000;
/** Methods that fetch, install, ask somebody else or wait take as long as that takes. */
const SLOW_MS: Readonly<Record<string, number>> = {
  'agent.wait': 70_000,
  'channels.probe': 30_000,
  'models.probe': 30_000,
  'skills.fetch': 300_000,
  'skills.add': 300_000,
  'skills.install': 1_000_000,
};
/** What is sent takes its time too: 240 kbit/s are a slow link. */
const SENT_CHARS_PER_MS = 30;
const PAIRING_RETRY_MS = 3000;
/** Without any frame for so many tick intervals the connection counts as dead. */
const SILENT_TICKS = 2.5;

/** One lasting connection: signs in, calls methods, passes events on, comes back by itself. */
export class GatewaySocket {
  private socket: WebSocket | undefined;
  private readonly waiting = new Map<string, Waiting>();
  private attempt = 0;
  private lastSeq = 0;
  private stopped = false;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;
  private tickMs = 0;
  /** Why the gateway does not let us try for a while. */
  private heldOff: WireError | undefined;

  constructor(private readonly options: SocketOptions) {}

  start(): void {
    window.addEventListener('online', this.hurry);
    this.open();
  }

  stop(): void {
    this.stopped = true;
    window.removeEventListener('online', this.hurry);
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    this.socket?.close();
    this.failAll('closed');
  }

  call<T>(...[method, params]: MethodCall): Promise<T> {
    return this.request<T>(method, params ?? {});
  }

  private request<T>(method: string, params: object): Promise<T> {
    const { socket } = this;
    if (!socket || socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(new CallError({ code: 'UNAVAILABLE', message: 'not connected' }, true));
    }
    const id = crypto.randomUUID();
    const text = JSON.stringify({ type: 'req', id, method, params });
    const timeoutMs = (SLOW_MS[method] ?? CALL_TIMEOUT_MS) + text.length / SENT_CHARS_PER_MS;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new CallError({ code: 'UNAVAILABLE', message: `no answer to ${method}` }, true));
      }, timeoutMs);
      this.waiting.set(id, { resolve: resolve as (payload: unknown) => void, reject, timer });
      socket.send(text);
    });
  }

  private readonly hurry = (): void => {
    if (this.retryTimer === undefined) return;
    clearTimeout(this.retryTimer);
    this.open();
  };

  private open(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    if (this.stopped) return;
    this.options.onState({ kind: 'connecting' });
    const socket = new WebSocket(this.options.url);
    this.socket = socket;
    socket.onmessage = (message: MessageEvent<string>) => {
      if (this.socket === socket) this.receive(JSON.parse(message.data) as EventFrame | ResponseFrame);
    };
    socket.onclose = (event) => {
      if (this.socket === socket)
        this.closed(event.reason || (event.code === 1012 ? 'service restart' : 'connection lost'));
    };
  }

  private receive(frame: EventFrame | ResponseFrame): void {
    this.watchSilence();
    if (frame.type === 'res') {
      const waiting = this.waiting.get(frame.id);
      if (!waiting) return;
      this.waiting.delete(frame.id);
      clearTimeout(waiting.timer);
      if (frame.ok) waiting.resolve(frame.payload);
      else waiting.reject(new CallError(frame.error ?? { code: 'UNAVAILABLE', message: 'no reason given' }));
      return;
    }
    if (frame.event === 'connect.challenge') {
      void this.signIn((frame.payload as { nonce: string }).nonce);
      return;
    }
    if (frame.seq !== undefined) {
      if (this.lastSeq > 0 && frame.seq !== this.lastSeq + 1) this.options.onGap();
      this.lastSeq = frame.seq;
    }
    this.options.onEvent(frame);
  }

  private async signIn(nonce: string): Promise<void> {
    const { key, credentials, version } = this.options;
    const signedAt = Date.now();
    const token = credentials && credentials.kind !== 'password' ? credentials.token : '';
    const signed = [
      'v3',
      key.id,
      CLIENT.id,
      CLIENT.mode,
      'operator',
      SCOPES.join(','),
      signedAt,
      token,
      nonce,
      CLIENT.platform,
      '',
    ];
    try {
      const hello = await this.request<Hello>('connect', {
        minProtocol: 4,
        maxProtocol: 4,
        client: { ...CLIENT, version },
        role: 'operator',
        scopes: SCOPES,
        caps: ['tool-events', 'delta-only'],
        ...(credentials ? { auth: authOf(credentials) } : {}),
        device: { id: key.id, publicKey: key.publicKey, signature: await key.sign(signed.join('|')), signedAt, nonce },
      });
      this.attempt = 0;
      this.lastSeq = 0;
      this.tickMs = hello.policy.tickIntervalMs;
      this.options.onState({ kind: 'connected', hello });
    } catch (error) {
      if (error instanceof CallError && !error.isUnknown && error.error.retryAfterMs === undefined)
        this.refused(error.error);
      else if (error instanceof CallError && !error.isUnknown) this.heldOff = error.error;
    }
  }

  private refused(error: WireError): void {
    const isPairing = error.code === 'NOT_PAIRED';
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
    this.options.onState({ kind: 'refused', error });
    if (isPairing) this.retryTimer = setTimeout(() => this.open(), PAIRING_RETRY_MS);
  }

  private closed(reason: string): void {
    this.socket = undefined;
    clearTimeout(this.silenceTimer);
    this.failAll(reason);
    if (this.stopped) return;
    const error = this.heldOff;
    this.heldOff = undefined;
    this.options.onState({ kind: 'waiting', reason, ...(error ? { error } : {}) });
    this.retryTimer = setTimeout(() => this.open(), Math.max(error?.retryAfterMs ?? 0, reconnectDelay(this.attempt++)));
  }

  private failAll(reason: string): void {
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new CallError({ code: 'UNAVAILABLE', message: reason }, true));
    }
    this.waiting.clear();
  }

  /** A connection that says nothing for too long is dead, even if no close ever arrives. */
  private watchSilence(): void {
    clearTimeout(this.silenceTimer);
    if (this.tickMs === 0) return;
    this.silenceTimer = setTimeout(() => {
      const { socket } = this;
      this.closed('no sign of life');
      socket?.close();
    }, this.tickMs * SILENT_TICKS);
  }
}

function authOf(credentials: Credentials): Record<string, string> {
  switch (credentials.kind) {
    case 'token':
      return { token: credentials.token };
    case 'password':
      return { password: credentials.password };
    case 'device-token':
      return { deviceToken: credentials.token };
  }
}
