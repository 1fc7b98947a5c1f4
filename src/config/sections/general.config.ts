import { Bool, Int, Nested, Num, Obj, OneOf, OpenKeys, Opt, Str, StrList, Text } from '../../common/validation/fields';
import { idle, Keys } from '../../common/validation/keys';

/** Section `meta`: stamps of the last writer. */
@Keys<MetaConfig>({
  lastTouchedVersion: 'Version that wrote the file last.',
  lastTouchedAt: 'When it did.',
})
export class MetaConfig {
  @Opt() @Str() lastTouchedVersion?: string;
  @Opt() @Str() lastTouchedAt?: string;
}

@Keys<ShellEnvConfig>({
  enabled: idle('Whether variables are taken from a login shell.'),
  timeoutMs: idle('Milliseconds after which the shell is given up.'),
})
class ShellEnvConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
}

/** Section `env`: further names hold texts that become environment variables. */
@OpenKeys()
@Keys<EnvConfig>({
  vars: 'Environment variables that are set where the environment has none of that name.',
  shellEnv: idle('Variables of a login shell.'),
})
export class EnvConfig {
  @Opt() @Obj() vars?: Record<string, string>;
  @Opt() @Nested(() => ShellEnvConfig) shellEnv?: ShellEnvConfig;
}

/** Section `wizard`: what the set-up wizard did last. */
@Keys<WizardConfig>({
  lastRunAt: 'When the set-up ran last.',
  lastRunVersion: 'Its version.',
  lastRunCommit: 'Its commit.',
  lastRunCommand: 'Its command.',
  lastRunMode: 'Its mode.',
})
export class WizardConfig {
  @Opt() @Str() lastRunAt?: string;
  @Opt() @Str() lastRunVersion?: string;
  @Opt() @Str() lastRunCommit?: string;
  @Opt() @Str() lastRunCommand?: string;
  @Opt() @OneOf(['local', 'remote']) lastRunMode?: 'local' | 'remote';
}

@Keys<OtelConfig>({
  enabled: ['Whether each turn is sent to a collector as a trace.', false],
  endpoint: ['Address of the collector.', 'http://localhost:4318'],
  protocol: ['How it is spoken to; only http/protobuf is offered.', 'http/protobuf'],
  headers: 'HTTP headers of the requests.',
  serviceName: ['Name of this gateway in traces.', 'openclaw-nest'],
  traces: ['Whether traces are sent.', true],
  metrics: idle('Figures are at /metrics.'),
  logs: idle('The log is a file.'),
  sampleRate: ['Share of turns that is sent.', 1],
  flushIntervalMs: 'Milliseconds for which traces are gathered.',
})
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

@Keys<CacheTraceConfig>({
  enabled: 'Whether prompts are written into a file.',
  filePath: 'The file.',
  includeMessages: 'With messages.',
  includePrompt: 'With the prompt.',
  includeSystem: 'With the instructions.',
})
class CacheTraceConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() filePath?: string;
  @Opt() @Bool() includeMessages?: boolean;
  @Opt() @Bool() includePrompt?: boolean;
  @Opt() @Bool() includeSystem?: boolean;
}

/** Section `diagnostics`. */
@Keys<DiagnosticsConfig>({
  enabled: idle('Whether events for diagnosis are made; they always are.'),
  flags: idle('Parts that log more.'),
  otel: 'Traces for a collector of OpenTelemetry.',
  cacheTrace: idle('A file with what models were sent.'),
})
export class DiagnosticsConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @StrList() flags?: string[];
  @Opt() @Nested(() => OtelConfig) otel?: OtelConfig;
  @Opt() @Nested(() => CacheTraceConfig) cacheTrace?: CacheTraceConfig;
}

/** Section `update`. */
@Keys<UpdateConfig>({
  channel: ['Which releases are offered.', 'dev'],
  checkOnStart: ['Looks for a new release a minute after the start and then daily, and says so.', true],
  requireSigned: ['Takes only what git finds signed by somebody that it is told to trust.', false],
})
export class UpdateConfig {
  @Opt() @OneOf(['stable', 'beta', 'dev']) channel?: 'stable' | 'beta' | 'dev';
  @Opt() @Bool() checkOnStart?: boolean;
  @Opt() @Bool() requireSigned?: boolean;
}

@Keys<UiAssistantConfig>({
  name: ['What the assistant is called.', 'Assistant'],
  avatar: 'Its picture: an address, a file of the workspace, or an emoji.',
})
class UiAssistantConfig {
  @Opt() @Str({ max: 50 }) name?: string;
  @Opt() @Str({ max: 200 }) avatar?: string;
}

/** Section `ui`. */
@Keys<UiConfig>({
  seamColor: idle('Colour of the page’s edge.'),
  assistant: 'Name and looks of the assistant.',
})
export class UiConfig {
  @Opt() @Text({ pattern: /^#?[0-9a-fA-F]{6}$/, what: 'a hex colour such as #3366ff' }) seamColor?: string;
  @Opt() @Nested(() => UiAssistantConfig) assistant?: UiAssistantConfig;
}

/** Section `media`. */
@Keys<MediaConfig>({
  preserveFilenames: idle('Whether files keep the names they came with.'),
})
export class MediaConfig {
  @Opt() @Bool() preserveFilenames?: boolean;
}

@Keys<ReconnectConfig>({
  initialMs: 'First wait, in milliseconds.',
  maxMs: 'Longest wait, in milliseconds.',
  factor: 'By how much waits grow.',
  jitter: 'Share of a wait that is left to chance.',
  maxAttempts: 'How often it is tried.',
})
class ReconnectConfig {
  @Opt() @Int({ min: 1 }) initialMs?: number;
  @Opt() @Int({ min: 1 }) maxMs?: number;
  @Opt() @Num({ min: 1 }) factor?: number;
  @Opt() @Num({ min: 0, max: 1 }) jitter?: number;
  @Opt() @Int({ min: 0 }) maxAttempts?: number;
}

/** Section `web` (WhatsApp web runtime). */
@Keys<WebConfig>({
  enabled: 'Whether WhatsApp runs.',
  heartbeatSeconds: 'Seconds between two signs of life.',
  reconnect: 'How the connection is opened again.',
})
export class WebConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Int({ min: 1 }) heartbeatSeconds?: number;
  @Opt() @Nested(() => ReconnectConfig) reconnect?: ReconnectConfig;
}

@Keys<BrowserProxyConfig>({
  enabled: 'Whether others may use the browser of this node.',
  allowProfiles: 'Profiles that they may use.',
})
class BrowserProxyConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @StrList() allowProfiles?: string[];
}

/** Section `nodeHost`. */
@Keys<NodeHostConfig>({
  browserProxy: 'The browser of this node.',
})
export class NodeHostConfig {
  @Opt() @Nested(() => BrowserProxyConfig) browserProxy?: BrowserProxyConfig;
}

@Keys<MdnsConfig>({
  mode: ['What the local network is told: nothing, that a gateway is here, or also how it is reached.', 'minimal'],
  interface: 'Address of the one network interface to use.',
  port: ['Port instead of 5353.', 5353],
})
class MdnsConfig {
  @Opt() @OneOf(['off', 'minimal', 'full']) mode?: 'off' | 'minimal' | 'full';
  @Opt() @Text() interface?: string;
  @Opt() @Int({ min: 1, max: 65_535 }) port?: number;
}

@Keys<WideAreaConfig>({
  enabled: 'Whether the gateway is told of by DNS.',
  domain: 'Domain for it.',
})
class WideAreaConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() domain?: string;
}

/** Section `discovery`. */
@Keys<DiscoveryConfig>({
  mdns: 'Being found in the local network.',
  wideArea: idle('Being found by DNS.'),
})
export class DiscoveryConfig {
  @Opt() @Nested(() => MdnsConfig) mdns?: MdnsConfig;
  @Opt() @Nested(() => WideAreaConfig) wideArea?: WideAreaConfig;
}

/** Section `canvasHost`. */
@Keys<CanvasHostConfig>({
  enabled: 'Whether the canvas is served.',
  root: 'Its folder.',
  port: 'Its port.',
  liveReload: 'Whether changed files are shown at once.',
})
export class CanvasHostConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() root?: string;
  @Opt() @Int({ min: 1, max: 65535 }) port?: number;
  @Opt() @Bool() liveReload?: boolean;
}

/** Section `talk`. */
@Keys<TalkConfig>({
  voiceId: 'Voice.',
  voiceAliases: 'Names of voices.',
  modelId: 'Model of the voice.',
  outputFormat: 'Format of the sound.',
  apiKey: 'Key of the service.',
  interruptOnSpeech: 'Whether speaking interrupts.',
})
export class TalkConfig {
  @Opt() @Text() voiceId?: string;
  @Opt() @Obj() voiceAliases?: Record<string, string>;
  @Opt() @Text() modelId?: string;
  @Opt() @Text() outputFormat?: string;
  @Opt() @Text() apiKey?: string;
  @Opt() @Bool() interruptOnSpeech?: boolean;
}
