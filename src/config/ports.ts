import type { Environment } from './environment';
import type { GatewayFlags } from './gateway-flags';
import type { OpenclawConfig } from './openclaw.config';

export const DEFAULT_PORT = 18_789;
export const DEFAULT_UI_PORT = 8080;

/** Port of the gateway: flag, environment, file, default. */
export function gatewayPort(config: OpenclawConfig, env: Environment, flags: GatewayFlags = {}): number {
  return flags.port ?? portOf(env.get('OPENCLAW_GATEWAY_PORT')) ?? config.gateway?.port ?? DEFAULT_PORT;
}

/** Port of the Control UI; 0 means that it is served on the gateway port only. */
export function uiPort(env: Environment, flags: GatewayFlags = {}): number {
  return flags.uiPort ?? portOf(env.get('OPENCLAW_UI_PORT')) ?? DEFAULT_UI_PORT;
}

const portOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
