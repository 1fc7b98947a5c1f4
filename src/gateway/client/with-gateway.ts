import { appVersion } from '../../common/app-root';
import { loadDeviceIdentity } from './device-identity-file';
import { GatewayClient } from './gateway-client';
import type { TlsTrust } from './tls-trust';

export interface GatewayAddress {
  url: string;
  token?: string;
  password?: string;
  trust?: TlsTrust;
  /** Holds this installation's device key. */
  stateDir: string;
}

export const CLI_SCOPES = [
  'operator.admin',
  'operator.read',
  'operator.write',
  'operator.approvals',
  'operator.pairing',
] as const;

export interface ConnectOptions {
  timeoutMs?: number;
  capabilities?: readonly string[];
}

/** Connects, runs `work`, and closes the connection whatever happens. */
export async function withGateway<T>(
  address: GatewayAddress,
  work: (client: GatewayClient) => Promise<T>,
  options: ConnectOptions = {},
): Promise<T> {
  const client = new GatewayClient({
    url: address.url,
    ...(address.token ? { token: address.token } : {}),
    ...(address.password ? { password: address.password } : {}),
    ...(address.trust ? { trust: address.trust } : {}),
    identity: loadDeviceIdentity(address.stateDir),
    version: appVersion(),
    scopes: CLI_SCOPES,
    ...(options.capabilities ? { capabilities: options.capabilities } : {}),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  try {
    await client.connect();
    return await work(client);
  } finally {
    client.close();
  }
}
