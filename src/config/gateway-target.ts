import { readBoundedFile } from '../common/bounded-file';
import type { TlsTrust } from '../gateway/client/tls-trust';
import type { Environment } from './environment';
import { gatewayPort } from './ports';
import { loadConfig } from './load-config';
import type { OpenclawConfig } from './openclaw.config';
import { ownCertificateFiles } from './own-certificate-files';
import { resolveConfigPath, resolveStateDir } from './state-paths';

const MAX_PEM_BYTES = 65_536;

export interface GatewayTargetFlags {
  url?: string;
  token?: string;
  password?: string;
}

export interface GatewayTarget {
  url: string;
  token?: string;
  password?: string;
  trust?: TlsTrust;
  stateDir: string;
  /** It is the one of this state directory, and keeps what it knows there. */
  isHere: boolean;
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
  const trust = flags.url === undefined ? trustOf(config, stateDir) : undefined;
  return {
    url: flags.url ?? remote?.url ?? `${secure}://127.0.0.1:${gatewayPort(config, env)}`,
    stateDir,
    isHere:
      flags.url === undefined && config.gateway?.mode === 'local' && env.get('OPENCLAW_DATABASE_URL') === undefined,
    ...(token ? { token } : {}),
    ...(password ? { password } : {}),
    ...(trust ? { trust } : {}),
  };
}

/** What the configuration says of the certificate of its gateway; that of a gateway here lies beside it. */
function trustOf({ gateway }: OpenclawConfig, stateDir: string): TlsTrust | undefined {
  if (gateway?.mode === 'remote' && gateway.remote?.url !== undefined) {
    const { tlsFingerprint } = gateway.remote;
    return tlsFingerprint === undefined ? undefined : { fingerprint: tlsFingerprint };
  }
  if (!gateway?.tls?.enabled) return undefined;
  const pem = readBoundedFile(gateway.tls.certPath ?? ownCertificateFiles(stateDir).cert, MAX_PEM_BYTES);
  return pem && { ca: pem.toString('utf8') };
}
