import { Any, Int, Nested, Obj, OneOf, Opt, Str, StrList, Text } from '../../common/validation/fields';

export const CLIENT_IDS = [
  'webchat-ui',
  'openclaw-control-ui',
  'webchat',
  'cli',
  'gateway-client',
  'openclaw-macos',
  'openclaw-ios',
  'openclaw-android',
  'node-host',
  'test',
  'fingerprint',
  'openclaw-probe',
  'openclaw-browser-copilot',
  'openclaw-tui',
  'openclaw-linux',
  'openclaw-watchos',
  'openclaw-worker',
] as const;
export type ClientId = (typeof CLIENT_IDS)[number];

export const CLIENT_MODES = ['webchat', 'cli', 'ui', 'backend', 'node', 'probe', 'test', 'worker'] as const;
export type ClientMode = (typeof CLIENT_MODES)[number];

export class ConnectClient {
  @OneOf(CLIENT_IDS) id!: ClientId;
  @Opt() @Text() displayName?: string;
  @Text() version!: string;
  @Text() platform!: string;
  @Opt() @Text() deviceFamily?: string;
  @Opt() @Text() modelIdentifier?: string;
  @OneOf(CLIENT_MODES) mode!: ClientMode;
  @Opt() @Text() instanceId?: string;
  @Opt() @Text({ max: 96 }) buildId?: string;
  @Opt() @Text({ max: 64 }) timeZone?: string;
}

export class ConnectDevice {
  @Text() id!: string;
  @Text() publicKey!: string;
  @Text() signature!: string;
  @Int({ min: 0 }) signedAt!: number;
  @Opt() @Text() nonce?: string;
}

export class ConnectAuth {
  @Opt() @Str() token?: string;
  @Opt() @Str() bootstrapToken?: string;
  @Opt() @Str() deviceToken?: string;
  @Opt() @Str() password?: string;
  @Opt() @Str() approvalRuntimeToken?: string;
  @Opt() @Str() agentRuntimeIdentityToken?: string;
}

/** Params of `connect`: the union of both protocol revisions. */
export class ConnectParams {
  @Int({ min: 1 }) minProtocol!: number;
  @Int({ min: 1 }) maxProtocol!: number;
  @Nested(() => ConnectClient) client!: ConnectClient;
  @Opt() @StrList() caps?: string[];
  @Opt() @StrList() commands?: string[];
  @Opt() @Obj() permissions?: Record<string, boolean>;
  @Opt() @Str() pathEnv?: string;
  @Opt() @Text() role?: string;
  @Opt() @StrList() scopes?: string[];
  @Opt() @Nested(() => ConnectDevice) device?: ConnectDevice;
  @Opt() @Nested(() => ConnectAuth) auth?: ConnectAuth;
  @Opt() @Str() locale?: string;
  @Opt() @Str() userAgent?: string;
  @Opt() @Any() modelCatalog?: unknown;
  @Opt() @Obj() computerUse?: Record<string, unknown>;
  @Opt() @Obj() workerRuns?: Record<string, unknown>;
}
