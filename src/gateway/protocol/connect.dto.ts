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
  @Opt() @Text({ max: 200 }) displayName?: string;
  @Text({ max: 100 }) version!: string;
  @Text({ max: 100 }) platform!: string;
  @Opt() @Text({ max: 100 }) deviceFamily?: string;
  @Opt() @Text({ max: 100 }) modelIdentifier?: string;
  @OneOf(CLIENT_MODES) mode!: ClientMode;
  @Opt() @Text({ max: 200 }) instanceId?: string;
  @Opt() @Text({ max: 96 }) buildId?: string;
  @Opt() @Text({ max: 64 }) timeZone?: string;
}

export class ConnectDevice {
  @Text({ max: 128 }) id!: string;
  @Text({ max: 512 }) publicKey!: string;
  @Text({ max: 512 }) signature!: string;
  @Int({ min: 0 }) signedAt!: number;
  @Opt() @Text({ max: 200 }) nonce?: string;
}

/** Generous: a token of the owner's own making has to fit. */
const MAX_SECRET = 8192;

export class ConnectAuth {
  @Opt() @Str({ max: MAX_SECRET }) token?: string;
  @Opt() @Str({ max: MAX_SECRET }) bootstrapToken?: string;
  @Opt() @Str({ max: MAX_SECRET }) deviceToken?: string;
  @Opt() @Str({ max: MAX_SECRET }) password?: string;
  @Opt() @Str({ max: MAX_SECRET }) approvalRuntimeToken?: string;
  @Opt() @Str({ max: MAX_SECRET }) agentRuntimeIdentityToken?: string;
}

/** Where a client goes on that was cut: what its last `hello-ok` said, and the last number that it has seen. */
export class ConnectResume {
  @Text({ max: 64 }) epoch!: string;
  @Int({ min: 0 }) seq!: number;
}

/** Params of `connect`: the union of both protocol revisions. */
export class ConnectParams {
  @Int({ min: 1 }) minProtocol!: number;
  @Int({ min: 1 }) maxProtocol!: number;
  @Nested(() => ConnectClient) client!: ConnectClient;
  @Opt() @StrList({ max: 200, each: 200 }) caps?: string[];
  @Opt() @StrList({ max: 500, each: 200 }) commands?: string[];
  @Opt() @Obj() permissions?: Record<string, boolean>;
  @Opt() @Str({ max: 16_384 }) pathEnv?: string;
  @Opt() @Text({ max: 32 }) role?: string;
  @Opt() @StrList({ max: 50, each: 100 }) scopes?: string[];
  @Opt() @Nested(() => ConnectDevice) device?: ConnectDevice;
  @Opt() @Nested(() => ConnectAuth) auth?: ConnectAuth;
  @Opt() @Str({ max: 100 }) locale?: string;
  @Opt() @Str({ max: 1000 }) userAgent?: string;
  @Opt() @Any() modelCatalog?: unknown;
  @Opt() @Obj() computerUse?: Record<string, unknown>;
  @Opt() @Obj() workerRuns?: Record<string, unknown>;
  @Opt() @Nested(() => ConnectResume) resume?: ConnectResume;
}
