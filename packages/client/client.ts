import type { DeviceKey } from './device-key';
import type { EventFrame, Hello, ResponseFrame, WireError } from './frames';
import type { MethodParams } from './methods';

export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'connected'; hello: Hello }
  /** Down; the next attempt is planned. */
  | { kind: 'waiting'; reason: string; error?: WireError }
  /** The gateway does not accept who we are; somebody has to act. */
  | { kind: 'refused'; error: WireError };

/** A call that was refused, or that nobody knows the outcome of. */
export class CallError extends Error {
  constructor(
    readonly error: WireError,
    /** The connection broke: whether the call took effect is not known. */
    readonly isUnknown = false,
  ) {
    super(error.message);
  }

  get code(): string {
    return this.error.code;
  }
}

export interface CallOptions {
  /** Milliseconds; 20 s by default, and the time that sending takes. */
  timeoutMs?: number;
  /** Of a method that answers twice (`agent`) the second answer. */
  final?: boolean;
}

/** A method, its parameters, which may be left out where all of them may, and how it is called. */
export type MethodCall = {
  [Method in keyof MethodParams]: object extends MethodParams[Method]
    ? [method: Method, params?: MethodParams[Method], options?: CallOptions]
    : [method: Method, params: MethodParams[Method], options?: CallOptions];
}[keyof MethodParams];

/** What is used of a WebSocket: that of browsers, of Node 22, or of the package `ws`. */
export interface SocketLike {
  readonly readyState: number;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface Auth {
  token?: string;
  password?: string;
  deviceToken?: string;
  bootstrapToken?: string;
}

export interface ClientOptions {
  /** ws:// or wss:// */
  url: string;
  /** `bootstrapToken` is a code that lets the device in once; the client goes on with the token that it is changed for. */
  auth?: Auth;
  /** Without one, programs on the gateway's own machine alone get what they ask for. */
  device?: DeviceKey;
  client?: { id?: string; mode?: string; version?: string; platform?: string; displayName?: string };
  /** What it may do; reading and writing by default. */
  scopes?: readonly string[];
  caps?: readonly string[];
  onState?(state: ConnectionState): void;
  onEvent?(frame: EventFrame): void;
  /** Events were missed for good: whoever shows state should read it again. */
  onGap?(): void;
  /** For Node before 22: the class of the package `ws`. */
  WebSocket?: new (url: string) => SocketLike;
}

interface Waiting {
  final: boolean;
  /** Called before anything that follows the answer is read. */
  onAnswer?: (payload: never) => void;
  resolve(payload: unknown): void;
  reject(error: CallError): void;
  timer: ReturnType<typeof setTimeout>;
}

const OPEN = 1;
const RESUMES = 'resume';
const CALL_TIMEOUT_MS = 20_000;
/** What is sent takes its time too: 240 kbit/s are a slow link. */
const SENT_CHARS_PER_MS = 30;
const PAIRING_RETRY_MS = 3000;
/** Without any frame for so many tick intervals the connection counts as dead. */
const SILENT_TICKS = 2.5;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 8000;
const RETRY_FACTOR = 1.7;

/** One lasting connection: signs in, calls methods, passes events on, comes back by itself and goes on where it was cut. */
export class OpenclawClient {
  private socket: SocketLike | undefined;
  private current: ConnectionState = { kind: 'connecting' };
  private readonly waiting = new Map<string, Waiting>();
  private readonly listeners = new Map<string, Set<(payload: never, frame: EventFrame) => void>>();
  private attempt = 0;
  private epoch: string | undefined;
  private seq = 0;
  private wasConnected = false;
  private stopped = true;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;
  private tickMs = 0;
  /** Why the gateway does not let us try for a while. */
  private heldOff: WireError | undefined;
  /** Those who wait for {@link connect}. */
  private readonly watchers = new Set<(state: ConnectionState) => void>();

  private auth: Auth | undefined;

  constructor(private readonly options: ClientOptions) {
    this.auth = options.auth;
  }

  get state(): ConnectionState {
    return this.current;
  }

  /** Begins, and goes on until {@link stop}. */
  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.open();
  }

  /** As {@link start}. @returns what the gateway says of itself @throws CallError where it refuses, or after `stop` */
  connect(): Promise<Hello> {
    return new Promise((resolve, reject) => {
      const look = (state: ConnectionState): void => {
        if (state.kind === 'connected') resolve(state.hello);
        else if (state.kind === 'refused') reject(new CallError(state.error));
        else if (this.stopped) reject(new CallError(unavailable('closed')));
        else return;
        this.watchers.delete(look);
      };
      this.watchers.add(look);
      if (this.stopped) this.start();
      else look(this.current);
    });
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
    this.failAll('closed');
    this.current = { kind: 'waiting', reason: 'closed' };
    for (const watcher of [...this.watchers]) watcher(this.current);
  }

  /** Tries at once where it waits to try again: the network is back. */
  hurry(): void {
    if (this.retryTimer === undefined) return;
    clearTimeout(this.retryTimer);
    this.open();
  }

  /** @throws CallError */
  call<T = unknown>(...[method, params, options]: MethodCall): Promise<T> {
    return this.request<T>(method, params ?? {}, options);
  }

  /** Methods of plugins and of later gateways. @throws CallError */
  callAny<T = unknown>(method: string, params: object = {}, options?: CallOptions): Promise<T> {
    return this.request<T>(method, params, options);
  }

  /** @returns ends it */
  on<T = unknown>(event: string, listener: (payload: T, frame: EventFrame) => void): () => void {
    const listeners = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, listeners);
    listeners.add(listener as never);
    return () => listeners.delete(listener as never);
  }

  private request<T>(
    method: string,
    params: object,
    options: CallOptions = {},
    onAnswer?: (payload: T) => void,
  ): Promise<T> {
    const { socket } = this;
    if (!socket || socket.readyState !== OPEN) return Promise.reject(new CallError(unavailable('not connected'), true));
    const id = crypto.randomUUID();
    const text = JSON.stringify({ type: 'req', id, method, params });
    const timeoutMs = (options.timeoutMs ?? CALL_TIMEOUT_MS) + text.length / SENT_CHARS_PER_MS;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new CallError(unavailable(`no answer to ${method}`), true));
      }, timeoutMs);
      const final = options.final === true;
      const answer = onAnswer ? { onAnswer: onAnswer as (payload: never) => void } : {};
      this.waiting.set(id, { final, ...answer, resolve: resolve as (payload: unknown) => void, reject, timer });
      socket.send(text);
    });
  }

  private open(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    if (this.stopped) return;
    this.become({ kind: 'connecting' });
    const Socket = this.options.WebSocket ?? (globalThis.WebSocket as unknown as new (url: string) => SocketLike);
    const socket = new Socket(this.options.url);
    this.socket = socket;
    socket.onmessage = ({ data }) => {
      if (this.socket === socket) this.receive(JSON.parse(String(data)) as EventFrame | ResponseFrame);
    };
    // What went wrong is told with the close that follows.
    socket.onerror = () => undefined;
    socket.onclose = ({ code, reason }) => {
      if (this.socket === socket) this.closed(reason || (code === 1012 ? 'service restart' : 'connection lost'));
    };
  }

  private receive(frame: EventFrame | ResponseFrame): void {
    this.watchSilence();
    if (frame.type === 'res') this.answered(frame);
    else if (frame.event === 'connect.challenge') void this.signIn((frame.payload as { nonce: string }).nonce);
    else if (this.isNext(frame)) {
      this.options.onEvent?.(frame);
      for (const listener of this.listeners.get(frame.event) ?? []) listener(frame.payload as never, frame);
    }
  }

  private answered({ id, ok, payload, error }: ResponseFrame): void {
    const waiting = this.waiting.get(id);
    if (!waiting || (ok && waiting.final && (payload as { status?: string } | undefined)?.status === 'accepted'))
      return;
    this.waiting.delete(id);
    clearTimeout(waiting.timer);
    if (ok) {
      waiting.onAnswer?.(payload as never);
      waiting.resolve(payload);
    } else waiting.reject(new CallError(error ?? unavailable('no reason given')));
  }

  /** Whether an event is the one that follows. What was left out because we were slow is fetched by coming back. */
  private isNext({ seq }: EventFrame): boolean {
    if (seq === undefined) return true;
    const isGap = this.seq > 0 && seq !== this.seq + 1;
    if (isGap && this.epoch !== undefined) {
      this.reopen('events were left out');
      return false;
    }
    if (isGap) this.options.onGap?.();
    this.seq = seq;
    return true;
  }

  private async signIn(nonce: string): Promise<void> {
    const { auth } = this;
    const { device, client = {}, scopes = ['operator.read', 'operator.write'], caps = [] } = this.options;
    const who = {
      id: client.id ?? 'gateway-client',
      mode: client.mode ?? 'backend',
      version: client.version ?? '1',
      platform: client.platform ?? 'js',
      ...(client.displayName === undefined ? {} : { displayName: client.displayName }),
    };
    const signedAt = Date.now();
    const token = auth?.token ?? auth?.bootstrapToken ?? auth?.deviceToken ?? '';
    const signed = [
      ...['v3', device?.id, who.id, who.mode, 'operator', scopes.join(',')],
      ...[signedAt, token, nonce, who.platform, ''],
    ];
    try {
      const params = {
        minProtocol: 4,
        maxProtocol: 4,
        client: who,
        role: 'operator',
        scopes,
        caps: [...caps, RESUMES],
        ...(auth ? { auth } : {}),
        ...(this.epoch === undefined ? {} : { resume: { epoch: this.epoch, seq: this.seq } }),
        ...(device
          ? {
              device: {
                ...{ id: device.id, publicKey: device.publicKey, signedAt, nonce },
                signature: await device.sign(signed.join('|')),
              },
            }
          : {}),
      };
      // Events that were missed follow the hello at once: they are counted from what it says.
      await this.request<Hello>('connect', params, {}, (hello) => this.greeted(hello));
    } catch (error) {
      if (!(error instanceof CallError)) this.refused({ code: 'UNAVAILABLE', message: String(error) });
      else if (!error.isUnknown && error.error.retryAfterMs === undefined) this.refused(error.error);
      else if (!error.isUnknown) this.heldOff = error.error;
    }
  }

  private greeted(hello: Hello): void {
    const { resume } = hello;
    this.attempt = 0;
    this.epoch = resume?.epoch;
    this.seq = resume?.seq ?? 0;
    this.tickMs = hello.policy.tickIntervalMs;
    const { deviceToken } = hello.auth;
    if (this.auth?.bootstrapToken !== undefined && deviceToken) this.auth = { deviceToken };
    const isCut = this.wasConnected && resume?.state !== 'resumed';
    this.wasConnected = true;
    this.become({ kind: 'connected', hello });
    if (isCut) this.options.onGap?.();
  }

  private refused(error: WireError): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
    this.become({ kind: 'refused', error });
    if (error.code === 'NOT_PAIRED') this.retryTimer = setTimeout(() => this.open(), PAIRING_RETRY_MS);
  }

  private reopen(reason: string): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
    this.failAll(reason);
    this.open();
  }

  private closed(reason: string): void {
    this.socket = undefined;
    clearTimeout(this.silenceTimer);
    this.failAll(reason);
    if (this.stopped) return;
    const error = this.heldOff;
    this.heldOff = undefined;
    this.become({ kind: 'waiting', reason, ...(error ? { error } : {}) });
    this.retryTimer = setTimeout(() => this.open(), Math.max(error?.retryAfterMs ?? 0, retryDelay(this.attempt++)));
  }

  private become(state: ConnectionState): void {
    this.current = state;
    this.options.onState?.(state);
    for (const watcher of [...this.watchers]) watcher(state);
  }

  private failAll(reason: string): void {
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new CallError(unavailable(reason), true));
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

const unavailable = (message: string): WireError => ({ code: 'UNAVAILABLE', message });

/** Milliseconds to wait before the next attempt, with jitter so that clients spread out. */
function retryDelay(attempt: number): number {
  const base = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * RETRY_FACTOR ** attempt);
  return Math.round(base * (0.75 + Math.random() * 0.5));
}
