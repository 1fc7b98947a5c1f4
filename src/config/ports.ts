import { ConfigError } from './config-error';
import type { Environment } from './environment';
import type { GatewayFlags } from './gateway-flags';
import type { OpenclawConfig } from './openclaw.config';

export const DEFAULT_PORT = 18_789;
export const DEFAULT_UI_PORT = 8080;
const MAX_PORT = 65_535;

/** Port of the gateway: flag, environment, file, default. */
export function gatewayPort(config: OpenclawConfig, env: Environment, flags: GatewayFlags = {}): number {
  return flags.port ?? portVariable(env, 'OPENCLAW_GATEWAY_PORT') ?? config.gateway?.port ?? DEFAULT_PORT;
}

/** Port of the Control UI; 0 means that it is served on the gateway port only. */
export function uiPort(env: Environment, flags: GatewayFlags = {}): number {
  return flags.uiPort ?? portVariable(env, 'OPENCLAW_UI_PORT') ?? DEFAULT_UI_PORT;
}

/** @throws ConfigError when the variable holds something else */
function portVariable(env: Environment, name: string): number | undefined {
  const text = env.get(name);
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port;
  throw new ConfigError('PORT_INVALID', `${name} must be a port from 0 to ${MAX_PORT}, got "${text}"`);
}
