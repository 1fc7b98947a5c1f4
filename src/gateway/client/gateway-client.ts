import { randomUUID } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { ExitCode } from '../../common/exit-codes';
import { OpenclawError } from '../../common/openclaw-error';
import type { ClientId, ClientMode } from '../protocol/connect.dto';
import type { EventFrame, ResponseFrame, WireError } from '../protocol/frames';
import type { HelloOk } from '../protocol/hello';
import type { DeviceIdentity } from './device-identity-file';
import { type TlsTrust, tlsFault, tlsOptions } from './tls-trust';

export interface GatewayClientOptions {
  /** ws:// or wss:// */
  url: string;
  token?: string;
  password?: string;
  trust?: TlsTrust;
  identity?: DeviceIdentity;
  clientId?: ClientId;
  clientMode?: ClientMode;
  version: string;
  scopes: readonly string[];
  capabilities?: readonly string[];
  /** Connects as a node that offers these, instead of as an operator; its device token may stand in for the secret. */
  node?: { commands: readonly string[]; displayName: string; deviceToken?: string };
  /** Milliseconds for the connect and for each call. */
  timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const PROTOCOL = 4;

/** The gateway answered with an error. */
export class GatewayCallError extends OpenclawError {
  constructor(
    readonly method: string,
    error: WireError,
    /** A failed answer may carry a payload. */
    readonly payload?: unknown,
  ) {
    super(error.code, error.message, {
      ...(error.details ? { details: error.details } : {}),
      ...(error.retryable === undefined ? {} : { retryable: error.retryable }),
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
      exitCode: exitCodeOf(error),
    });
  }
}

function exitCodeOf(error: WireError): number {
  const isRefusal =
    error.code === 'FORBIDDEN' || error.code === 'NOT_PAIRED' || /^(unauthorized|missing scope)/.test(error.message);
  if (isRefusal) return ExitCode.notAuthorised;
  return error.retryAfterMs === undefined ? ExitCode.failed : ExitCode.timeout;
}

interface Waiting {
  method: string;
  /** Skip answers that only say that the request was accepted. */
  final: boolean;
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout | undefined;
}

export interface CallOptions {
  timeoutMs?: number;
  /** Wait for the second answer of a method that answers twice. */
  expectFinal?: boolean;
}

/** What answers calls: a gateway, or what is on the disk. */
export interface GatewayCalls {
  /** @throws GatewayCallError for an error answer */
  call<T = unknown>(method: string, params?: unknown, options?: CallOptions): Promise<T>;
}

/** A typed client of the gateway protocol (revision 4), for the command line and tests. */
export class GatewayClient implements GatewayCalls {
  private socket: WebSocket | undefined;
  private readonly waiting = new Map<string, Waiting>();
  private readonly listeners = new Set<(event: EventFrame) => void>();
  private closeReason: { code: number; reason: string } | undefined;
  hello!: HelloOk;

  constructor(private readonly options: GatewayClientOptions) {}

  /** @throws OpenclawError GATEWAY_UNREACHABLE, or GatewayCallError when the gateway refuses */
  async connect(): Promise<HelloOk> {
    const nonce = await this.open();
    this.hello = (await this.call('connect', this.connectParams(nonce))) as HelloOk;
    return this.hello;
  }

  /** @throws GatewayCallError for an error answer, OpenclawError GATEWAY_TIMEOUT or GATEWAY_CLOSED */
  call<T = unknown>(method: string, params: unknown = {}, options: CallOptions = {}): Promise<T> {
    const { socket } = this;
    if (!socket || socket.readyState !== WebSocket.OPEN) return Promise.reject(this.closedError());
    const id = randomUUID();
    const timeoutMs = options.timeoutMs ?? this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(callTimedOut(method, timeoutMs));
      }, timeoutMs);
      this.waiting.set(id, {
        method,
        final: options.expectFinal === true,
        resolve: resolve as (value: unknown) => void,
        reject,
        timer,
      });
      socket.send(JSON.stringify({ type: 'req', id, method, params }));
    });
  }

  /** Calls back for each event. Returns the unsubscribe function. */
  onEvent(listener: (event: EventFrame) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Resolves when the socket is closed, by whichever side. */
  closed(): Promise<{ code: number; reason: string }> {
    return new Promise((resolve) => {
      if (this.closeReason) resolve(this.closeReason);
      else this.socket?.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  close(): void {
    this.socket?.close();
  }

  private open(): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(this.options.url, {
        perMessageDeflate: false,
        maxPayload: 64 * 1024 * 1024,
        ...tlsOptions(this.options.trust),
      });
      this.socket = socket;
      const timeoutMs = this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const timer = setTimeout(() => {
        socket.terminate();
        reject(
          new OpenclawError('GATEWAY_TIMEOUT', `no answer from ${this.options.url} within ${timeoutMs} ms`, {
            exitCode: ExitCode.timeout,
          }),
        );
      }, timeoutMs);
      socket.on('error', (cause) => {
        clearTimeout(timer);
        reject(unreachable(this.options.url, cause));
      });
      socket.on('upgrade', (response) => {
        const fault = tlsFault(response.socket as TLSSocket, this.options.trust);
        if (fault === undefined) return;
        clearTimeout(timer);
        socket.terminate();
        reject(
          new OpenclawError('GATEWAY_CERTIFICATE', `${this.options.url} is not trusted: ${fault}`, {
            exitCode: ExitCode.gatewayUnreachable,
          }),
        );
      });
      socket.on('message', (data) => {
        const frame = JSON.parse((data as Buffer).toString('utf8')) as EventFrame | ResponseFrame;
        if (frame.type === 'event' && frame.event === 'connect.challenge') {
          clearTimeout(timer);
          resolve((frame.payload as { nonce: string }).nonce);
        } else this.receive(frame);
      });
      socket.on('close', (code, reason) => this.ended(code, reason.toString()));
    });
  }

  private receive(frame: EventFrame | ResponseFrame): void {
    if (frame.type === 'event') {
      for (const listener of this.listeners) listener(frame);
      return;
    }
    const waiting = this.waiting.get(frame.id);
    if (!waiting) return;
    const accepted = (frame.payload as { status?: string } | undefined)?.status === 'accepted';
    if (frame.ok && waiting.final && accepted) return;
    this.waiting.delete(frame.id);
    clearTimeout(waiting.timer);
    if (frame.ok) waiting.resolve(frame.payload);
    else
      waiting.reject(
        new GatewayCallError(
          waiting.method,
          frame.error ?? { code: 'UNAVAILABLE', message: 'no reason given' },
          frame.payload,
        ),
      );
  }

  private ended(code: number, reason: string): void {
    this.closeReason = { code, reason };
    for (const waiting of this.waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(this.closedError());
    }
    this.waiting.clear();
  }

  private closedError(): OpenclawError {
    const { code = 1006, reason = '' } = this.closeReason ?? {};
    return new OpenclawError('GATEWAY_CLOSED', `gateway closed (${code}${reason ? ` ${reason}` : ''})`, {
      exitCode: ExitCode.gatewayUnreachable,
    });
  }

  private connectParams(nonce: string): unknown {
    const { identity, token, password, scopes, node } = this.options;
    const client = {
      id: this.options.clientId ?? 'cli',
      version: this.options.version,
      platform: process.platform,
      mode: this.options.clientMode ?? 'cli',
      ...(node ? { displayName: node.displayName } : {}),
    };
    const role = node ? 'node' : 'operator';
    const auth = {
      ...(token ? { token } : {}),
      ...(password ? { password } : {}),
      ...(!token && node?.deviceToken ? { token: node.deviceToken } : {}),
    };
    const base = {
      minProtocol: PROTOCOL,
      maxProtocol: PROTOCOL,
      client,
      role,
      scopes,
      caps: this.options.capabilities ?? [],
      ...(node ? { commands: node.commands } : {}),
      ...(Object.keys(auth).length > 0 ? { auth } : {}),
    };
    if (!identity) return base;
    const signedAt = Date.now();
    const signed = [
      'v3',
      identity.id,
      client.id,
      client.mode,
      role,
      scopes.join(','),
      String(signedAt),
      auth.token ?? '',
      nonce,
      client.platform,
      '',
    ];
    return {
      ...base,
      device: {
        id: identity.id,
        publicKey: identity.publicKey,
        signature: identity.sign(signed.join('|')),
        signedAt,
        nonce,
      },
    };
  }
}

export const callTimedOut = (method: string, timeoutMs: number): OpenclawError =>
  new OpenclawError('GATEWAY_TIMEOUT', `gateway timeout after ${timeoutMs} ms (${method})`, {
    exitCode: ExitCode.timeout,
  });

function unreachable(url: string, cause: Error): OpenclawError {
  return new OpenclawError(
    'GATEWAY_UNREACHABLE',
    `no gateway answers at ${url} (${cause.message}); start one with: openclaw gateway run`,
    {
      cause,
      exitCode: ExitCode.gatewayUnreachable,
    },
  );
}
