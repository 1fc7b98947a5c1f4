import { Bool, Int, Nested, OneOf, Opt, StrList, Text, Reload } from '../common/validation/fields';

export const BIND_MODES = ['auto', 'lan', 'loopback', 'custom', 'tailnet'] as const;
export type BindMode = (typeof BIND_MODES)[number];
export const AUTH_MODES = ['token', 'password', 'none', 'trusted-proxy'] as const;
export type AuthMode = (typeof AUTH_MODES)[number];

export class GatewayAuthConfig {
  @Opt() @OneOf(AUTH_MODES) mode?: AuthMode;
  @Opt() @Text() token?: string;
  @Opt() @Text() password?: string;
  @Opt() @Bool() allowTailscale?: boolean;
}

export class GatewayControlUiConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() basePath?: string;
  @Opt() @Bool() allowInsecureAuth?: boolean;
  @Opt() @Bool() dangerouslyDisableDeviceAuth?: boolean;
  @Opt() @StrList() allowedOrigins?: string[];
}

export class GatewayTailscaleConfig {
  @Opt() @OneOf(['off', 'serve', 'funnel']) mode?: 'off' | 'serve' | 'funnel';
  @Opt() @Bool() resetOnExit?: boolean;
}

export class GatewayRemoteConfig {
  @Opt() @Text() url?: string;
  @Opt() @OneOf(['ssh', 'direct']) transport?: 'ssh' | 'direct';
  @Opt() @Text() token?: string;
  @Opt() @Text() password?: string;
  @Opt() @Text() tlsFingerprint?: string;
  @Opt() @Text() sshTarget?: string;
  @Opt() @Text() sshIdentity?: string;
}

export class GatewayReloadConfig {
  @Opt() @OneOf(['off', 'restart', 'hot', 'hybrid']) mode?: 'off' | 'restart' | 'hot' | 'hybrid';
  @Opt() @Int({ min: 0 }) debounceMs?: number;
}

export class GatewayTlsConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Bool() autoGenerate?: boolean;
  @Opt() @Text() certPath?: string;
  @Opt() @Text() keyPath?: string;
  @Opt() @Text() caPath?: string;
}

class SwitchConfig {
  @Opt() @Bool() enabled?: boolean;
}

class ResponsesPdfConfig {
  @Opt() @Int({ min: 1 }) maxPages?: number;
  @Opt() @Int({ min: 1 }) maxPixels?: number;
  @Opt() @Int({ min: 0 }) minTextChars?: number;
}

class ResponsesFilesConfig {
  @Opt() @Bool() allowUrl?: boolean;
  @Opt() @StrList() allowedMimes?: string[];
  @Opt() @Int({ min: 1 }) maxBytes?: number;
  @Opt() @Int({ min: 1 }) maxChars?: number;
  @Opt() @Int({ min: 0 }) maxRedirects?: number;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
  @Opt() @Nested(() => ResponsesPdfConfig) pdf?: ResponsesPdfConfig;
}

class ResponsesImagesConfig {
  @Opt() @Bool() allowUrl?: boolean;
  @Opt() @StrList() allowedMimes?: string[];
  @Opt() @Int({ min: 1 }) maxBytes?: number;
  @Opt() @Int({ min: 0 }) maxRedirects?: number;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
}

class ResponsesEndpointConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Int({ min: 1 }) maxBodyBytes?: number;
  @Opt() @Nested(() => ResponsesFilesConfig) files?: ResponsesFilesConfig;
  @Opt() @Nested(() => ResponsesImagesConfig) images?: ResponsesImagesConfig;
}

class HttpEndpointsConfig {
  @Opt() @Nested(() => SwitchConfig) chatCompletions?: SwitchConfig;
  @Opt() @Nested(() => ResponsesEndpointConfig) responses?: ResponsesEndpointConfig;
}

class GatewayHttpConfig {
  @Opt() @Nested(() => HttpEndpointsConfig) endpoints?: HttpEndpointsConfig;
}

class NodesBrowserConfig {
  @Opt() @OneOf(['auto', 'manual', 'off']) mode?: 'auto' | 'manual' | 'off';
  @Opt() @Text() node?: string;
}

class GatewayNodesConfig {
  @Opt() @Nested(() => NodesBrowserConfig) browser?: NodesBrowserConfig;
  @Opt() @StrList() allowCommands?: string[];
  @Opt() @StrList() denyCommands?: string[];
}

/** Section `gateway`: where it listens and who may connect. */
export class GatewayConfig {
  @Opt() @Int({ min: 1, max: 65535 }) port?: number;
  @Opt() @OneOf(['local', 'remote']) mode?: 'local' | 'remote';
  @Opt() @OneOf(BIND_MODES) bind?: BindMode;
  @Opt() @Text() customBindHost?: string;
  @Opt() @Nested(() => GatewayAuthConfig) auth?: GatewayAuthConfig;
  @Opt() @Nested(() => GatewayControlUiConfig) controlUi?: GatewayControlUiConfig;
  @Opt() @StrList() trustedProxies?: string[];
  @Opt() @Nested(() => GatewayTailscaleConfig) tailscale?: GatewayTailscaleConfig;
  @Opt() @Reload('none') @Nested(() => GatewayRemoteConfig) remote?: GatewayRemoteConfig;
  @Opt() @Reload('none') @Nested(() => GatewayReloadConfig) reload?: GatewayReloadConfig;
  @Opt() @Nested(() => GatewayTlsConfig) tls?: GatewayTlsConfig;
  @Opt() @Nested(() => GatewayHttpConfig) http?: GatewayHttpConfig;
  @Opt() @Reload('none') @Nested(() => GatewayNodesConfig) nodes?: GatewayNodesConfig;
}
