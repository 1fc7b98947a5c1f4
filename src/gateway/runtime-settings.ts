import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { AddressSet, isLoopbackAddress, isTailnetAddress } from '../common/net/address';
import type { NetFacts } from '../common/net/request-source';
import { expandPath } from '../config/state-paths';
import { ConfigError } from '../config/config-error';
import type { Environment } from '../config/environment';
import type { GatewayFlags } from '../config/gateway-flags';
import type { OpenclawConfig } from '../config/openclaw.config';
import { gatewayPort, uiPort } from '../config/ports';
import type { BindMode, GatewayTlsConfig } from './gateway.config';

export interface AuthSettings {
  mode: 'token' | 'password' | 'none';
  secret?: string;
}

/** Everything the listener needs, decided once per boot: flags over environment and file. */
export interface RuntimeSettings {
  port: number;
  /** 0: the Control UI is served on the gateway port only. */
  uiPort: number;
  bind: BindMode;
  /** Addresses to listen on; the first is mandatory, the others are aliases. */
  hosts: string[];
  auth: AuthSettings;
  controlUi: {
    enabled: boolean;
    basePath: string;
    /** Folder of another page than the built one. */
    root?: string;
    allowInsecureAuth: boolean;
    disableDeviceAuth: boolean;
  };
  net: NetFacts;
  tls?: TlsMaterial;
}

export interface TlsMaterial {
  cert: Buffer;
  key: Buffer;
  ca?: Buffer;
}

/**
 * @param own the certificate that the gateway makes itself; without it a look at the settings makes none
 * @throws ConfigError for every combination that would leave the gateway open or unusable.
 */
export function resolveRuntimeSettings(
  config: OpenclawConfig,
  flags: GatewayFlags,
  env: Environment,
  own?: () => TlsMaterial,
): RuntimeSettings {
  const gateway = config.gateway ?? {};
  if (gateway.mode !== 'local' && !flags.allowUnconfigured) {
    throw new ConfigError(
      'GATEWAY_MODE',
      `gateway.mode must be "local" to run a gateway here, got ${JSON.stringify(gateway.mode ?? null)}; set it with "openclaw config set gateway.mode local" or pass --allow-unconfigured`,
    );
  }
  const bind = flags.bind ?? gateway.bind ?? 'loopback';
  const hosts = bindHosts(bind, gateway.customBindHost);
  const auth = resolveAuth(config, flags, env);
  const exposed = !hosts.every(isLoopbackAddress);
  if (exposed && auth.mode === 'none') {
    throw new ConfigError(
      'GATEWAY_OPEN_BIND',
      `gateway.bind is "${bind}" (${hosts.join(', ')}), so gateway.auth must have a token or password; set gateway.auth.token or bind to loopback`,
    );
  }
  const tailscale = gateway.tailscale?.mode ?? 'off';
  if (tailscale !== 'off' && exposed) {
    throw new ConfigError(
      'GATEWAY_TAILSCALE',
      `gateway.tailscale.mode "${tailscale}" needs gateway.bind "loopback", got "${bind}"`,
    );
  }
  if (tailscale === 'funnel' && auth.mode !== 'password') {
    throw new ConfigError(
      'GATEWAY_TAILSCALE',
      `gateway.tailscale.mode "funnel" needs gateway.auth.mode "password", got "${auth.mode}"`,
    );
  }
  const tls = gateway.tls?.enabled ? tlsOf(gateway.tls, own) : undefined;
  return {
    port: gatewayPort(config, env, flags),
    uiPort: uiPort(env, flags),
    bind,
    hosts,
    auth,
    controlUi: {
      enabled: gateway.controlUi?.enabled ?? true,
      basePath: normalBasePath(gateway.controlUi?.basePath),
      ...(gateway.controlUi?.root === undefined ? {} : { root: expandPath(gateway.controlUi.root) }),
      allowInsecureAuth: gateway.controlUi?.allowInsecureAuth ?? false,
      disableDeviceAuth: gateway.controlUi?.dangerouslyDisableDeviceAuth ?? false,
    },
    net: {
      proxies: AddressSet.of(gateway.trustedProxies ?? [], refuseProxy),
      allowedOrigins: gateway.controlUi?.allowedOrigins ?? [],
      machine: hostname().toLowerCase(),
      isOnTailnet: tailscale !== 'off',
    },
    ...(tls ? { tls } : {}),
  };
}

function resolveAuth(config: OpenclawConfig, flags: GatewayFlags, env: Environment): AuthSettings {
  const auth = config.gateway?.auth ?? {};
  const token = flags.token ?? auth.token ?? env.get('OPENCLAW_GATEWAY_TOKEN');
  const password = flags.password ?? auth.password ?? env.get('OPENCLAW_GATEWAY_PASSWORD');
  const mode =
    flags.auth ??
    auth.mode ??
    (flags.password !== undefined || (password !== undefined && token === undefined) ? 'password' : 'token');
  switch (mode) {
    case 'none':
      return { mode };
    case 'token':
      if (token === undefined || token.trim() === '') {
        throw new ConfigError(
          'GATEWAY_TOKEN_MISSING',
          'gateway.auth.mode is "token", but there is no token; set gateway.auth.token, OPENCLAW_GATEWAY_TOKEN or --token',
        );
      }
      return { mode, secret: token };
    case 'password':
      if (password === undefined || password.trim() === '') {
        throw new ConfigError(
          'GATEWAY_PASSWORD_MISSING',
          'gateway.auth.mode is "password", but there is no password; set gateway.auth.password, OPENCLAW_GATEWAY_PASSWORD or --password',
        );
      }
      return { mode, secret: password };
    case 'trusted-proxy':
      throw new ConfigError(
        'GATEWAY_AUTH_MODE',
        'gateway.auth.mode "trusted-proxy" is not offered here; use "token" or "password"',
      );
  }
}

function bindHosts(bind: BindMode, custom: string | undefined): string[] {
  switch (bind) {
    case 'loopback':
    case 'auto':
      return ['127.0.0.1', '::1'];
    case 'lan':
      return ['0.0.0.0'];
    case 'custom':
      if (!custom)
        throw new ConfigError(
          'GATEWAY_BIND',
          'gateway.bind is "custom", so gateway.customBindHost must name the address',
        );
      return [custom];
    case 'tailnet': {
      const address = tailnetAddress();
      return address ? [address, '127.0.0.1'] : ['127.0.0.1', '::1'];
    }
  }
}

function refuseProxy(entry: string, index: number): never {
  throw new ConfigError(
    'GATEWAY_TRUSTED_PROXIES',
    `gateway.trustedProxies[${index}] must be an address or a range such as 10.0.0.0/8, got ${JSON.stringify(entry)}`,
  );
}

/** IPv4 address of this machine in the range of tailnets. */
function tailnetAddress(): string | undefined {
  for (const entries of Object.values(networkInterfaces())) {
    for (const entry of entries ?? []) {
      if (isTailnetAddress(entry.address)) return entry.address;
    }
  }
  return undefined;
}

/** Whether the gateway is to speak TLS by a certificate of its own making. */
export const hasOwnCertificate = ({ enabled, autoGenerate, certPath, keyPath }: GatewayTlsConfig = {}): boolean =>
  enabled === true && autoGenerate !== false && certPath === undefined && keyPath === undefined;

function tlsOf(tls: GatewayTlsConfig, own: (() => TlsMaterial) | undefined): TlsMaterial | undefined {
  if (hasOwnCertificate(tls)) return own?.();
  if (!tls.certPath || !tls.keyPath) {
    throw new ConfigError(
      'GATEWAY_TLS',
      'gateway.tls.enabled is true, so gateway.tls.certPath and gateway.tls.keyPath must name PEM files, or gateway.tls.autoGenerate be true and neither named',
    );
  }
  const read = (field: string, path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (cause) {
      throw new ConfigError('GATEWAY_TLS', `gateway.tls.${field}: ${path} can't be read: ${(cause as Error).message}`, {
        cause,
      });
    }
  };
  return {
    cert: read('certPath', tls.certPath),
    key: read('keyPath', tls.keyPath),
    ...(tls.caPath ? { ca: read('caPath', tls.caPath) } : {}),
  };
}

export function normalBasePath(path: string | undefined): string {
  const trimmed = (path ?? '').replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `/${trimmed}`;
}
