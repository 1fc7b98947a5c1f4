import type { Environment } from './environment';
import { gatewayPort } from './ports';
import { loadConfig } from './load-config';
import { resolveConfigPath, resolveStateDir } from './state-paths';

export interface GatewayTargetFlags {
  url?: string;
  token?: string;
  password?: string;
}

export interface GatewayTarget {
  url: string;
  token?: string;
  password?: string;
  stateDir: string;
}

/** Where a command finds the gateway and with what it logs in: flag, environment, configuration. */
export function resolveGatewayTarget(env: Environment, flags: GatewayTargetFlags = {}): GatewayTarget {
  const stateDir = resolveStateDir(env);
  env.loadOwnDotenv(stateDir);
  const { config } = loadConfig(resolveConfigPath(env, stateDir), env);
  const remote = config.gateway?.mode === 'remote' ? config.gateway.remote : undefined;
  const secure = config.gateway?.tls?.enabled ? 'wss' : 'ws';
  const token = flags.token ?? remote?.token ?? env.get('OPENCLAW_GATEWAY_TOKEN') ?? config.gateway?.auth?.token;
  const password =
    flags.password ?? remote?.password ?? env.get('OPENCLAW_GATEWAY_PASSWORD') ?? config.gateway?.auth?.password;
  return {
    url: flags.url ?? remote?.url ?? `${secure}://127.0.0.1:${gatewayPort(config, env)}`,
    stateDir,
    ...(token ? { token } : {}),
    ...(password ? { password } : {}),
  };
}
