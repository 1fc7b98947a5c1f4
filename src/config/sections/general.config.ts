import { Bool, Int, Nested, Num, Obj, OneOf, OpenKeys, Opt, Str, StrList, Text } from '../../common/validation/fields';

/** Section `meta`: stamps of the last writer. */
export class MetaConfig {
  @Opt() @Str() lastTouchedVersion?: string;
  @Opt() @Str() lastTouchedAt?: string;
}

class ShellEnvConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
}

/** Section `env`: further names hold texts that become environment variables. */
@OpenKeys()
export class EnvConfig {
  @Opt() @Obj() vars?: Record<string, string>;
  @Opt() @Nested(() => ShellEnvConfig) shellEnv?: ShellEnvConfig;
}

/** Section `wizard`: what the set-up wizard did last. */
export class WizardConfig {
  @Opt() @Str() lastRunAt?: string;
  @Opt() @Str() lastRunVersion?: string;
  @Opt() @Str() lastRunCommit?: string;
  @Opt() @Str() lastRunCommand?: string;
  @Opt() @OneOf(['local', 'remote']) lastRunMode?: 'local' | 'remote';
}

class OtelConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() endpoint?: string;
  @Opt() @OneOf(['http/protobuf', 'grpc']) protocol?: 'http/protobuf' | 'grpc';
  @Opt() @Obj() headers?: Record<string, string>;
  @Opt() @Text() serviceName?: string;
  @Opt() @Bool() traces?: boolean;
  @Opt() @Bool() metrics?: boolean;
  @Opt() @Bool() logs?: boolean;
  @Opt() @Num({ min: 0, max: 1 }) sampleRate?: number;
  @Opt() @Int({ min: 1 }) flushIntervalMs?: number;
}

class CacheTraceConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() filePath?: string;
  @Opt() @Bool() includeMessages?: boolean;
  @Opt() @Bool() includePrompt?: boolean;
  @Opt() @Bool() includeSystem?: boolean;
}

/** Section `diagnostics`. */
export class DiagnosticsConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @StrList() flags?: string[];
  @Opt() @Nested(() => OtelConfig) otel?: OtelConfig;
  @Opt() @Nested(() => CacheTraceConfig) cacheTrace?: CacheTraceConfig;
}

/** Section `update`. */
export class UpdateConfig {
  @Opt() @OneOf(['stable', 'beta', 'dev']) channel?: 'stable' | 'beta' | 'dev';
  /** Look for a new release a minute after the start and then daily, and say so; true by default. */
  @Opt() @Bool() checkOnStart?: boolean;
  /** Take only what git finds signed by somebody that it is told to trust. */
  @Opt() @Bool() requireSigned?: boolean;
}

class UiAssistantConfig {
  @Opt() @Str({ max: 50 }) name?: string;
  @Opt() @Str({ max: 200 }) avatar?: string;
}

/** Section `ui`. */
export class UiConfig {
  @Opt() @Text({ pattern: /^#?[0-9a-fA-F]{6}$/, what: 'a hex colour such as #3366ff' }) seamColor?: string;
  @Opt() @Nested(() => UiAssistantConfig) assistant?: UiAssistantConfig;
}

/** Section `media`. */
export class MediaConfig {
  @Opt() @Bool() preserveFilenames?: boolean;
}

class ReconnectConfig {
  @Opt() @Int({ min: 1 }) initialMs?: number;
  @Opt() @Int({ min: 1 }) maxMs?: number;
  @Opt() @Num({ min: 1 }) factor?: number;
  @Opt() @Num({ min: 0, max: 1 }) jitter?: number;
  @Opt() @Int({ min: 0 }) maxAttempts?: number;
}

/** Section `web` (WhatsApp web runtime). */
export class WebConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Int({ min: 1 }) heartbeatSeconds?: number;
  @Opt() @Nested(() => ReconnectConfig) reconnect?: ReconnectConfig;
}

class BrowserProxyConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @StrList() allowProfiles?: string[];
}

/** Section `nodeHost`. */
export class NodeHostConfig {
  @Opt() @Nested(() => BrowserProxyConfig) browserProxy?: BrowserProxyConfig;
}

class MdnsConfig {
  @Opt() @OneOf(['off', 'minimal', 'full']) mode?: 'off' | 'minimal' | 'full';
  /** Address of the one network interface to use. */
  @Opt() @Text() interface?: string;
  /** Port instead of 5353. */
  @Opt() @Int({ min: 1, max: 65_535 }) port?: number;
}

class WideAreaConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() domain?: string;
}

/** Section `discovery`. */
export class DiscoveryConfig {
  @Opt() @Nested(() => MdnsConfig) mdns?: MdnsConfig;
  @Opt() @Nested(() => WideAreaConfig) wideArea?: WideAreaConfig;
}

/** Section `canvasHost`. */
export class CanvasHostConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() root?: string;
  @Opt() @Int({ min: 1, max: 65535 }) port?: number;
  @Opt() @Bool() liveReload?: boolean;
}

/** Section `talk`. */
export class TalkConfig {
  @Opt() @Text() voiceId?: string;
  @Opt() @Obj() voiceAliases?: Record<string, string>;
  @Opt() @Text() modelId?: string;
  @Opt() @Text() outputFormat?: string;
  @Opt() @Text() apiKey?: string;
  @Opt() @Bool() interruptOnSpeech?: boolean;
}
