import { Bool, Int, Nested, OneOf, Opt, StrList, Text, Reload } from '../common/validation/fields';
import { idle, Keys } from '../common/validation/keys';

export const BIND_MODES = ['auto', 'lan', 'loopback', 'custom', 'tailnet'] as const;
export type BindMode = (typeof BIND_MODES)[number];
export const AUTH_MODES = ['token', 'password', 'none', 'trusted-proxy'] as const;
export type AuthMode = (typeof AUTH_MODES)[number];

@Keys<GatewayAuthConfig>({
  mode: ['How clients prove that they may connect; "none" only where nobody else reaches the gateway.', 'token'],
  token: 'The token; OPENCLAW_GATEWAY_TOKEN otherwise.',
  password: 'The password; OPENCLAW_GATEWAY_PASSWORD otherwise.',
  allowTailscale: idle(
    'Whether people of the tailnet need no token; here everybody shows a token, a password or a paired device.',
  ),
})
export class GatewayAuthConfig {
  @Opt() @OneOf(AUTH_MODES) mode?: AuthMode;
  @Opt() @Text() token?: string;
  @Opt() @Text() password?: string;
  @Opt() @Bool() allowTailscale?: boolean;
}

@Keys<GatewayControlUiConfig>({
  enabled: ['Whether this page is served.', true],
  basePath: ['Folder that it is served in, such as /assistant.', ''],
  root: 'Folder of another built page, such as the Control UI of an OpenClaw release, to serve in place of this one.',
  allowInsecureAuth: ['Lets browsers in without a device key; for plain http in a trusted network only.', false],
  dangerouslyDisableDeviceAuth: ['No device needs to be paired: the token alone is enough.', false],
  allowedOrigins: 'Other sites whose pages may connect, such as https://example.com.',
})
export class GatewayControlUiConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() basePath?: string;
  @Opt() @Text({ max: 4096 }) root?: string;
  @Opt() @Bool() allowInsecureAuth?: boolean;
  @Opt() @Bool() dangerouslyDisableDeviceAuth?: boolean;
  @Opt() @StrList() allowedOrigins?: string[];
}

@Keys<GatewayTailscaleConfig>({
  mode: ['Whether you offer the port by tailscale serve or funnel; callers of the tailnet then count as such.', 'off'],
  resetOnExit: idle('Whether the offer ends with the gateway.'),
})
export class GatewayTailscaleConfig {
  @Opt() @OneOf(['off', 'serve', 'funnel']) mode?: 'off' | 'serve' | 'funnel';
  @Opt() @Bool() resetOnExit?: boolean;
}

@Keys<GatewayRemoteConfig>({
  url: 'Address of the gateway that commands of this machine use.',
  transport: idle('How it is reached.'),
  token: 'Token for it.',
  password: 'Password for it.',
  tlsFingerprint: 'SHA-256 of the certificate that it must show, whoever signed it.',
  sshTarget: idle('user@host of a tunnel.'),
  sshIdentity: idle('Key file of the tunnel.'),
})
export class GatewayRemoteConfig {
  @Opt() @Text() url?: string;
  @Opt() @OneOf(['ssh', 'direct']) transport?: 'ssh' | 'direct';
  @Opt() @Text() token?: string;
  @Opt() @Text() password?: string;
  @Opt() @Text() tlsFingerprint?: string;
  @Opt() @Text() sshTarget?: string;
  @Opt() @Text() sshIdentity?: string;
}

@Keys<GatewayReloadConfig>({
  mode: [
    'What happens when this file changes: nothing, a restart each time, what needs none at once, or both as needed.',
    'hybrid',
  ],
  debounceMs: ['Milliseconds without a change after which the file is read; at most 150.', 150],
})
export class GatewayReloadConfig {
  @Opt() @OneOf(['off', 'restart', 'hot', 'hybrid']) mode?: 'off' | 'restart' | 'hot' | 'hybrid';
  @Opt() @Int({ min: 0 }) debounceMs?: number;
}

@Keys<GatewayTlsConfig>({
  enabled: ['Whether the gateway speaks https itself.', false],
  autoGenerate: [
    'Whether it makes its own certificate where none is named, in gateway/tls of the state directory, and a new one before it ends.',
    true,
  ],
  certPath: 'PEM file of the certificate.',
  keyPath: 'PEM file of its key.',
  caPath: 'PEM file of the authority.',
})
export class GatewayTlsConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Bool() autoGenerate?: boolean;
  @Opt() @Text() certPath?: string;
  @Opt() @Text() keyPath?: string;
  @Opt() @Text() caPath?: string;
}

@Keys<ResponsesPdfConfig>({
  maxPages: idle('Most pages.'),
  maxPixels: idle('Most pixels of a page.'),
  minTextChars: idle('Fewest characters for which a page counts as text.'),
})
class ResponsesPdfConfig {
  @Opt() @Int({ min: 1 }) maxPages?: number;
  @Opt() @Int({ min: 1 }) maxPixels?: number;
  @Opt() @Int({ min: 0 }) minTextChars?: number;
}

@Keys<RequestFilesConfig>({
  allowUrl: ['Whether files may be named by address.', true],
  allowedMimes:
    'Kinds of files that are taken, by their bytes, such as application/pdf; all that can be read by default.',
  maxBytes: ['Largest file, in bytes.', 5_242_880],
  maxChars: ['Most characters of a file that the model is shown at once; at most 32,000.', 32_000],
  maxRedirects: ['Most redirects.', 3],
  timeoutMs: ['Milliseconds after which fetching is given up.', 10_000],
  pdf: idle('PDF files.'),
})
export class RequestFilesConfig {
  @Opt() @Bool() allowUrl?: boolean;
  @Opt() @StrList() allowedMimes?: string[];
  @Opt() @Int({ min: 1 }) maxBytes?: number;
  @Opt() @Int({ min: 1 }) maxChars?: number;
  @Opt() @Int({ min: 0 }) maxRedirects?: number;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
  @Opt() @Nested(() => ResponsesPdfConfig) pdf?: ResponsesPdfConfig;
}

@Keys<RequestImagesConfig>({
  allowUrl: 'Whether pictures may be named by address: true for responses and false for chat completions by default.',
  allowedMimes: 'Kinds of pictures that are taken, by their bytes; all that can be shown by default.',
  maxBytes: ['Largest picture, in bytes.', 10_485_760],
  maxRedirects: ['Most redirects.', 3],
  timeoutMs: ['Milliseconds after which fetching is given up.', 10_000],
})
export class RequestImagesConfig {
  @Opt() @Bool() allowUrl?: boolean;
  @Opt() @StrList() allowedMimes?: string[];
  @Opt() @Int({ min: 1 }) maxBytes?: number;
  @Opt() @Int({ min: 0 }) maxRedirects?: number;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
}

@Keys<ResponsesEndpointConfig>({
  enabled: ['Whether /v1/responses is served.', false],
  maxBodyBytes: ['Largest request, in bytes.', 20_971_520],
  maxUrlParts: ['Most pictures and files of a request that are named by address.', 8],
  files: 'Files in requests.',
  images: 'Pictures in requests.',
})
class ResponsesEndpointConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Int({ min: 1 }) maxBodyBytes?: number;
  @Opt() @Int({ min: 0 }) maxUrlParts?: number;
  @Opt() @Nested(() => RequestFilesConfig) files?: RequestFilesConfig;
  @Opt() @Nested(() => RequestImagesConfig) images?: RequestImagesConfig;
}

@Keys<ChatCompletionsEndpointConfig>({
  enabled: ['Whether /v1/chat/completions is served.', false],
  maxBodyBytes: ['Largest request, in bytes.', 20_971_520],
  maxImageParts: ['Most pictures of a request.', 8],
  maxTotalImageBytes: ['Most bytes of all pictures of a request.', 20_971_520],
  images: 'Pictures in requests.',
})
class ChatCompletionsEndpointConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Int({ min: 1 }) maxBodyBytes?: number;
  @Opt() @Int({ min: 0 }) maxImageParts?: number;
  @Opt() @Int({ min: 1 }) maxTotalImageBytes?: number;
  @Opt() @Nested(() => RequestImagesConfig) images?: RequestImagesConfig;
}

@Keys<HttpEndpointsConfig>({
  chatCompletions: 'The path /v1/chat/completions; with it come /v1/models and /v1/embeddings.',
  responses: 'The path /v1/responses; with it come /v1/models and /v1/embeddings.',
})
class HttpEndpointsConfig {
  @Opt() @Nested(() => ChatCompletionsEndpointConfig) chatCompletions?: ChatCompletionsEndpointConfig;
  @Opt() @Nested(() => ResponsesEndpointConfig) responses?: ResponsesEndpointConfig;
}

@Keys<GatewayHttpConfig>({
  endpoints: 'Paths in the formats of OpenAI, for programs that speak them; a turn of theirs is the owner’s.',
})
class GatewayHttpConfig {
  @Opt() @Nested(() => HttpEndpointsConfig) endpoints?: HttpEndpointsConfig;
}

@Keys<NodesBrowserConfig>({
  mode: idle('Whether the browser of a node is used.'),
  node: idle('Which node.'),
})
class NodesBrowserConfig {
  @Opt() @OneOf(['auto', 'manual', 'off']) mode?: 'auto' | 'manual' | 'off';
  @Opt() @Text() node?: string;
}

@Keys<GatewayNodesConfig>({
  browser: idle('Browsers of nodes.'),
  allowCommands: 'Commands that nodes may be asked for besides the usual ones of their platform.',
  denyCommands: 'Commands that no node may be asked for.',
})
class GatewayNodesConfig {
  @Opt() @Nested(() => NodesBrowserConfig) browser?: NodesBrowserConfig;
  @Opt() @StrList() allowCommands?: string[];
  @Opt() @StrList() denyCommands?: string[];
}

@Keys<GatewayToolsConfig>({
  allow:
    'Tools that POST /tools/invoke runs although it leaves them out by itself: exec, apply_patch, cron, gateway, nodes.',
  deny: 'Tools that POST /tools/invoke does not run.',
})
class GatewayToolsConfig {
  @Opt() @StrList() allow?: string[];
  @Opt() @StrList() deny?: string[];
}

/** Section `gateway`: where it listens and who may connect. */
@Keys<GatewayConfig>({
  port: ['Port of the gateway.', 18_789],
  mode: '"local" runs a gateway here; "remote" only uses one elsewhere.',
  bind: ['Who can reach the port: this machine, the local network, the tailnet, or one address.', 'loopback'],
  customBindHost: 'Address for bind "custom".',
  auth: 'Who may connect.',
  controlUi: 'The page in the browser.',
  trustedProxies: 'Addresses or ranges of proxies whose word about the caller’s address counts.',
  tailscale: 'The gateway in a tailnet.',
  remote: 'A gateway elsewhere that commands of this machine use.',
  reload: 'What happens when this file changes.',
  tls: 'Encryption of the port.',
  http: 'Further paths over http.',
  nodes: 'What nodes may be asked for.',
  tools: 'What programs may call by POST /tools/invoke.',
})
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
  @Opt() @Reload('none') @Nested(() => GatewayHttpConfig) http?: GatewayHttpConfig;
  @Opt() @Reload('none') @Nested(() => GatewayNodesConfig) nodes?: GatewayNodesConfig;
  @Opt() @Reload('none') @Nested(() => GatewayToolsConfig) tools?: GatewayToolsConfig;
}
