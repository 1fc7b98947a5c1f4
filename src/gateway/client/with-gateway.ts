import { appVersion } from '../../common/app-root';
import { printNote } from '../../common/cli/output';
import { OpenclawError } from '../../common/openclaw-error';
import { loadDeviceIdentity } from './device-identity-file';
import { type GatewayCalls, GatewayClient } from './gateway-client';
import { LocalCalls } from './local-calls';
import type { TlsTrust } from './tls-trust';

export interface GatewayAddress {
  url: string;
  token?: string;
  password?: string;
  trust?: TlsTrust;
  /** Holds this installation's device key. */
  stateDir: string;
  /** The gateway keeps what it knows in the state directory, so that it can be read where none runs. */
  isHere?: boolean;
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

/**
 * The same for work that needs no running gateway: where none runs here, it is done with what is on the disk, and that is said.
 * @throws OpenclawError GATEWAY_UNREACHABLE for a call that needs one (`local-methods.ts`)
 */
export async function withGatewayOrDisk<T>(
  address: GatewayAddress,
  work: (calls: GatewayCalls) => Promise<T>,
  options: ConnectOptions = {},
): Promise<T> {
  let unreachable: OpenclawError;
  try {
    return await withGateway(address, work, options);
  } catch (error) {
    if (!(error instanceof OpenclawError) || error.code !== 'GATEWAY_UNREACHABLE' || !address.isHere) throw error;
    unreachable = error;
  }
  const local = new LocalCalls(
    unreachable,
    () => printNote(`gateway: not running, so this is what is on the disk (${address.stateDir})`),
    options.timeoutMs,
  );
  try {
    return await work(local);
  } finally {
    await local.close();
  }
}
