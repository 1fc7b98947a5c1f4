import { appVersion } from '../common/app-root';
import { type BackoffPolicy, backoffDelay } from '../common/backoff';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { sleep } from '../common/sleep';
import { loadDeviceIdentity } from '../gateway/client/device-identity-file';
import { type CallOptions, GatewayClient } from '../gateway/client/gateway-client';
import { CLI_SCOPES, type GatewayAddress } from '../gateway/client/with-gateway';
import type { EventFrame } from '../gateway/protocol/frames';
import type { HelloOk } from '../gateway/protocol/hello';

export interface LinkListener {
  event(event: EventFrame): void;
  /** Connected, for the first time or again: what was missed has to be read. */
  online(hello: HelloOk): void;
  /** @param reason why it is gone, for people */
  offline(reason: string): void;
}

const BACKOFF: BackoffPolicy = { initialMs: 250, maxMs: 5000, factor: 2, jitter: 0.2 };

/** Calls that may be made again with the same words once the gateway is back. */
export const isConnectionFault = (error: unknown): boolean =>
  error instanceof OpenclawError && CONNECTION_FAULTS.has(error.code);

const CONNECTION_FAULTS = new Set(['GATEWAY_CLOSED', 'GATEWAY_UNREACHABLE', 'GATEWAY_TIMEOUT']);

/** A connection to the gateway that is made again whenever it breaks, until it is closed. */
export class GatewayLink {
  private client: GatewayClient | undefined;
  private readonly over = new AbortController();

  constructor(
    private readonly address: GatewayAddress,
    private readonly heard: LinkListener,
    private readonly timeoutMs?: number,
  ) {}

  /** The first connection. @throws OpenclawError GATEWAY_UNREACHABLE, or GatewayCallError where the gateway refuses */
  async open(): Promise<void> {
    const client = await this.connect();
    void this.keep(client);
  }

  close(): void {
    this.over.abort();
    this.client?.close();
  }

  /** @throws OpenclawError also while there is no connection */
  call<T = unknown>(method: string, params: unknown = {}, options: CallOptions = {}): Promise<T> {
    if (!this.client) return Promise.reject(new OpenclawError('GATEWAY_CLOSED', 'the gateway is not connected'));
    return this.client.call<T>(method, params, options);
  }

  private async connect(): Promise<GatewayClient> {
    const { url, token, password, trust, stateDir } = this.address;
    const client = new GatewayClient({
      url,
      ...(token ? { token } : {}),
      ...(password ? { password } : {}),
      ...(trust ? { trust } : {}),
      identity: loadDeviceIdentity(stateDir),
      version: appVersion(),
      scopes: CLI_SCOPES,
      capabilities: ['tool-events'],
      ...(this.timeoutMs === undefined ? {} : { timeoutMs: this.timeoutMs }),
    });
    client.onEvent((event) => this.heard.event(event));
    let hello: HelloOk;
    try {
      hello = await client.connect();
    } catch (error) {
      client.close();
      throw error;
    }
    this.client = client;
    this.heard.online(hello);
    return client;
  }

  private async keep(first: GatewayClient): Promise<void> {
    const { signal } = this.over;
    let client: GatewayClient | undefined = first;
    for (let attempt = 0; !signal.aborted;) {
      if (client) {
        const { code, reason } = await client.closed();
        this.client = undefined;
        client = undefined;
        attempt = 0;
        if (!signal.aborted) this.heard.offline(reason === '' ? `closed (${code})` : reason);
      }
      await sleep(backoffDelay(BACKOFF, attempt++), signal);
      if (signal.aborted) return;
      try {
        client = await this.connect();
      } catch (error) {
        this.heard.offline(messageOf(error));
      }
    }
    this.client?.close();
  }
}
