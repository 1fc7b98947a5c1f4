import {
  type CallOptions,
  type ConnectionState,
  type MethodCall,
  OpenclawClient,
} from '../../../packages/client/client';
import { browserName } from './browser-name';
import type { Credentials } from './credentials';
import type { DeviceKey } from './device-key';
import type { EventFrame } from './frames';

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

const SCOPES = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'];
const CLIENT = {
  id: 'openclaw-control-ui',
  mode: 'ui',
  platform: 'web',
  displayName: browserName(navigator.userAgent),
} as const;
/** Methods that fetch, install, ask somebody else or wait take as long as that takes. */
const SLOW_MS: Readonly<Record<string, number>> = {
  'agent.wait': 70_000,
  'channels.probe': 30_000,
  'models.probe': 30_000,
  'skills.fetch': 300_000,
  'skills.add': 300_000,
  'skills.install': 1_000_000,
};

/** The page's lasting connection. It tries again at once when the browser is back on line. */
export class GatewaySocket {
  private readonly client: OpenclawClient;

  constructor({ url, version, key, credentials, onState, onEvent, onGap }: SocketOptions) {
    this.client = new OpenclawClient({
      url,
      device: key,
      client: { ...CLIENT, version },
      scopes: SCOPES,
      caps: ['tool-events', 'delta-only'],
      ...(credentials ? { auth: authOf(credentials) } : {}),
      onState,
      onEvent,
      onGap,
    });
  }

  start(): void {
    window.addEventListener('online', this.hurry);
    this.client.start();
  }

  stop(): void {
    window.removeEventListener('online', this.hurry);
    this.client.stop();
  }

  call<T>(...[method, params, options]: MethodCall): Promise<T> {
    const slow: CallOptions = SLOW_MS[method] === undefined ? {} : { timeoutMs: SLOW_MS[method] };
    return this.client.callAny<T>(method, params ?? {}, { ...slow, ...options });
  }

  private readonly hurry = (): void => this.client.hurry();
}

function authOf(credentials: Credentials): Record<string, string> {
  switch (credentials.kind) {
    case 'token':
      return { token: credentials.token };
    case 'password':
      return { password: credentials.password };
    case 'pairing-code':
      return { bootstrapToken: credentials.token };
    case 'device-token':
      return { deviceToken: credentials.token };
  }
}
