import { IdList } from '../../common/validation/id-list';
import {
  Checked,
  AnyList,
  Bool,
  Int,
  MapOf,
  Nested,
  NestedList,
  Obj,
  OneOf,
  Opt,
  Str,
  StrList,
  Text,
} from '../../common/validation/fields';
import { idle, Keys } from '../../common/validation/keys';

@Keys<HookMatchConfig>({
  path: 'Rest of the address behind hooks.path.',
  source: 'What the body says its source is.',
})
class HookMatchConfig {
  @Opt() @Text() path?: string;
  @Opt() @Text() source?: string;
}

@Keys<HookTransformConfig>({
  module: 'File below hooks.transformsDir.',
  export: 'Name of the function in it; without it the default export.',
})
class HookTransformConfig {
  @Text() module!: string;
  @Opt() @Text() export?: string;
}

@Keys<HookSignatureConfig>({
  header: ['Header with the signature.', 'x-hub-signature-256'],
  prefix: ['What stands before the HMAC-SHA256 of the body in hex.', 'sha256='],
  secret: 'What the sender signs with.',
})
class HookSignatureConfig {
  @Opt() @Text() header?: string;
  @Opt() @Str() prefix?: string;
  @Text() secret!: string;
}

/** What a request to an address of one's own becomes. */
@Keys<HookMappingConfig>({
  id: 'Name of the mapping in lists and logs.',
  match: 'Which requests it takes; all without it.',
  action: ['What a request does: wake the heartbeat, or run the agent.', 'agent'],
  wakeMode: ['When it is worked on: at once, or with the next heartbeat.', 'now'],
  name: 'What the sender is called; a template.',
  agentId: 'Agent that works on it; without it the default one.',
  sessionKey: 'Conversation that it comes into; a template.',
  messageTemplate: 'What the agent is told, with {{payload…}} for parts of the request.',
  textTemplate: 'What the heartbeat is told.',
  deliver: ['Whether the answer is sent to a chat.', true],
  allowUnsafeExternalContent: [
    'Its text is not marked as coming from outside: only for senders that you trust as yourself.',
    false,
  ],
  channel: 'Channel of the answer; without it where you wrote last.',
  to: 'Recipient on it.',
  model: 'Model for it, as provider/model.',
  thinking: 'How much the model thinks.',
  timeoutSeconds: 'Seconds after which the run is ended.',
  transform: 'A function of your own that makes the message of the request.',
  signature: 'Who signs needs no token.',
})
export class HookMappingConfig {
  @Opt() @Text() id?: string;
  @Opt() @Nested(() => HookMatchConfig) match?: HookMatchConfig;
  @Opt() @OneOf(['wake', 'agent']) action?: 'wake' | 'agent';
  @Opt() @OneOf(['now', 'next-heartbeat']) wakeMode?: 'now' | 'next-heartbeat';
  @Opt() @Text() name?: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Text() sessionKey?: string;
  @Opt() @Text() messageTemplate?: string;
  @Opt() @Text() textTemplate?: string;
  @Opt() @Bool() deliver?: boolean;
  @Opt() @Bool() allowUnsafeExternalContent?: boolean;
  @Opt() @Text() channel?: string;
  @Opt() @Text() to?: string;
  @Opt() @Text() model?: string;
  @Opt() @Text() thinking?: string;
  @Opt() @Int({ min: 1 }) timeoutSeconds?: number;
  @Opt() @Nested(() => HookTransformConfig) transform?: HookTransformConfig;
  @Opt() @Nested(() => HookSignatureConfig) signature?: HookSignatureConfig;
}

/** An address that is told of events. */
@Keys<OutboundHookConfig>({
  id: 'Name in lists and logs.',
  url: 'Address that is told.',
  secret: 'Signs each request.',
  events: 'Names of events of the gateway protocol, * as a wildcard.',
  enabled: ['Whether it is told.', true],
})
export class OutboundHookConfig {
  @Text({ max: 64 }) id!: string;
  @Text() url!: string;
  @Text() secret!: string;
  @StrList({ min: 1 }) events!: string[];
  @Opt() @Bool() enabled?: boolean;
}

@Keys<InternalHookEntryConfig>({
  enabled: 'Whether the hook runs.',
  env: 'Environment variables of the hook.',
  paths:
    'bootstrap-extra-files: further files of the workspace that the assistant is shown. Hooks of others: further files and folders that they read.',
})
class InternalHookEntryConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Obj() env?: Record<string, string>;
  @Opt() @StrList({ max: 20 }) paths?: string[];
}

@Keys<InternalHooksLoadConfig>({
  extraDirs: 'Further folders with hooks.',
})
class InternalHooksLoadConfig {
  @Opt() @StrList() extraDirs?: string[];
}

@Keys<InternalHooksConfig>({
  enabled: ['Whether scripts run on events of the gateway.', false],
  handlers: idle('Older spelling of OpenClaw; folders with HOOK.md take their place.'),
  entries: 'Single hooks, by name.',
  load: 'Where hooks are looked for.',
  installs: 'Where installed hooks came from; "openclaw hooks" writes it.',
})
class InternalHooksConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @AnyList() handlers?: unknown[];
  @Opt() @MapOf(() => InternalHookEntryConfig) entries?: Record<string, InternalHookEntryConfig>;
  @Opt() @Nested(() => InternalHooksLoadConfig) load?: InternalHooksLoadConfig;
  @Opt() @Obj() installs?: Record<string, unknown>;
}

/** Section `hooks`. */
@Keys<HooksConfig>({
  enabled: ['Whether other programs may call the gateway over http.', false],
  path: ['Beginning of the addresses.', '/hooks'],
  token: 'What callers show; a value of its own.',
  maxBodyBytes: ['Largest request, in bytes.', 262_144],
  presets: 'Mappings that are there already: gmail takes what "gog gmail watch" posts to <path>/gmail.',
  transformsDir: 'Folder of the functions that mappings name.',
  transforms:
    'By transform.module: the SHA-256 of the files that were agreed to; "openclaw webhooks enable" writes it.',
  mappings: 'What requests to addresses of one’s own become.',
  outbound: 'Addresses that are told of events.',
  allowRequestSessionKey: ['Whether callers may say which conversation.', false],
  defaultSessionKey: 'Conversation of calls that name none; without it one each.',
  allowedSessionKeyPrefixes: 'Beginnings of the conversations that callers may name.',
  allowedAgentIds: 'Agents that callers may name; all without it.',
  gmail: 'Settings of the preset gmail.',
  internal: 'Scripts on events of the gateway.',
})
export class HooksConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() path?: string;
  @Opt() @Text() token?: string;
  @Opt() @Int({ min: 1 }) maxBodyBytes?: number;
  @Opt()
  @Checked(
    (value) => Array.isArray(value) && value.every((name) => name === 'gmail'),
    'must be a list of presets; there is "gmail"',
    { type: 'array', items: { enum: ['gmail'] } },
  )
  presets?: 'gmail'[];
  @Opt() @Text() transformsDir?: string;
  @Opt() @Obj() transforms?: Record<string, unknown>;
  @Opt() @NestedList(() => HookMappingConfig) mappings?: HookMappingConfig[];
  @Opt() @NestedList(() => OutboundHookConfig) outbound?: OutboundHookConfig[];
  @Opt() @Bool() allowRequestSessionKey?: boolean;
  @Opt() @Text() defaultSessionKey?: string;
  @Opt() @StrList() allowedSessionKeyPrefixes?: string[];
  @Opt() @StrList() allowedAgentIds?: string[];
  @Opt() @Obj() gmail?: Record<string, unknown>;
  @Opt() @Nested(() => InternalHooksConfig) internal?: InternalHooksConfig;
}

/** Section `browser`. */
@Keys<BrowserConfig>({
  enabled: ['Whether the assistant may use a browser.', true],
  evaluateEnabled: ['Whether it may run scripts in pages.', true],
  cdpUrl: idle(
    'Address of a browser that runs elsewhere; only one that the gateway starts is used, for what it reaches is guarded there.',
  ),
  remoteCdpTimeoutMs: idle('Milliseconds after which such a browser is given up.'),
  remoteCdpHandshakeTimeoutMs: idle('Milliseconds after which its greeting is given up.'),
  color: idle('Colour of the browser’s frame.'),
  executablePath: 'Path of Chromium; without it one on the PATH.',
  headless: 'Whether it has no window; by default where there is no display.',
  noSandbox: ['Chromium without its own sandbox: a page that breaks it has your rights.', false],
  attachOnly: idle('Whether only a browser that runs already is used.'),
  defaultProfile: idle('Profile that is used where none is named.'),
  snapshotDefaults: idle('How pages are read.'),
  profiles: idle('Further profiles.'),
})
export class BrowserConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Bool() evaluateEnabled?: boolean;
  @Opt() @Text() cdpUrl?: string;
  @Opt() @Int({ min: 1 }) remoteCdpTimeoutMs?: number;
  @Opt() @Int({ min: 1 }) remoteCdpHandshakeTimeoutMs?: number;
  @Opt() @Text() color?: string;
  @Opt() @Text() executablePath?: string;
  @Opt() @Bool() headless?: boolean;
  @Opt() @Bool() noSandbox?: boolean;
  @Opt() @Bool() attachOnly?: boolean;
  @Opt() @Text() defaultProfile?: string;
  @Opt() @Obj() snapshotDefaults?: Record<string, unknown>;
  @Opt() @Obj() profiles?: Record<string, unknown>;
}

@Keys<SkillsLoadConfig>({
  extraDirs: 'Further folders with skills.',
  watch: ['Whether changed skills are taken up at once.', true],
  watchDebounceMs: ['Milliseconds without a change after which they are read.', 250],
})
class SkillsLoadConfig {
  @Opt() @StrList() extraDirs?: string[];
  @Opt() @Bool() watch?: boolean;
  @Opt() @Int({ min: 0 }) watchDebounceMs?: number;
}

@Keys<SkillsInstallConfig>({
  preferBrew: ['Whether Homebrew is used before other ways.', true],
  nodeManager: ['What installs packages of Node.', 'npm'],
})
class SkillsInstallConfig {
  @Opt() @Bool() preferBrew?: boolean;
  @Opt() @OneOf(['npm', 'pnpm', 'yarn', 'bun']) nodeManager?: 'npm' | 'pnpm' | 'yarn' | 'bun';
}

@Keys<SkillEntryConfig>({
  enabled: ['Whether the skill may be used.', true],
  apiKey: 'Value of the variable that the skill names as its key.',
  env: 'Environment variables of its commands.',
  config: 'Settings that the skill itself asks for.',
})
class SkillEntryConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() apiKey?: string;
  @Opt() @Obj() env?: Record<string, string>;
  @Opt() @Obj() config?: Record<string, unknown>;
}

@Keys<SkillsRegistryConfig>({
  url: 'Address of a registry that searches ask as well; none without it.',
})
class SkillsRegistryConfig {
  @Opt() @Text() url?: string;
}

/** Section `skills`. */
@Keys<SkillsConfig>({
  allowBundled: 'Skills of the program itself that may be used; all without it.',
  load: 'Where skills are looked for.',
  install: 'How what skills need is installed.',
  registry: 'A registry of skills.',
  entries: 'Single skills, by name.',
})
export class SkillsConfig {
  @Opt() @StrList() allowBundled?: string[];
  @Opt() @Nested(() => SkillsLoadConfig) load?: SkillsLoadConfig;
  @Opt() @Nested(() => SkillsInstallConfig) install?: SkillsInstallConfig;
  @Opt() @Nested(() => SkillsRegistryConfig) registry?: SkillsRegistryConfig;
  @Opt() @MapOf(() => SkillEntryConfig) entries?: Record<string, SkillEntryConfig>;
}

@Keys<PluginsLoadConfig>({
  paths: 'Further folders with plugins.',
})
class PluginsLoadConfig {
  @Opt() @StrList() paths?: string[];
}

@Keys<PluginGrantsConfig>({
  hosts: 'Hosts that it asks through the gateway; "*.example.com": a whole domain.',
  network: ['Whether it opens connections of its own, to wherever it likes.', false],
  programs: 'Programs that the gateway starts for it in the sandbox, by name.',
  folders: 'Folders that it reads besides its own.',
})
export class PluginGrantsConfig {
  @Opt() @StrList() hosts?: string[];
  @Opt() @Bool() network?: boolean;
  @Opt() @StrList() programs?: string[];
  @Opt() @StrList() folders?: string[];
}

@Keys<PluginEntryConfig>({
  enabled: ['Whether the plugin runs.', false],
  env: 'Variables that it is given besides those that bear its own name.',
  config: 'What the plugin itself reads; its manifest says which keys there are.',
  grants: 'What a plugin made for OpenClaw may reach; "openclaw plugins enable" says what it wants.',
  harmlessTools: 'Tools of the plugin which carry nothing to anybody and are never asked for; "*": all.',
  dmPolicy: ['Who may write directly on a channel that the plugin brings.', 'pairing'],
  allowFrom: 'Who may write directly on that channel, by id; "*": everybody.',
  groupPolicy: ['Which groups of that channel are heard.', 'allowlist'],
  groupAllowFrom: 'Who may write in groups of that channel, by id.',
})
class PluginEntryConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Obj() env?: Record<string, string>;
  @Opt() @Obj() config?: Record<string, unknown>;
  @Opt() @Nested(() => PluginGrantsConfig) grants?: PluginGrantsConfig;
  @Opt()
  @StrList()
  harmlessTools?: string[];
  @Opt() @OneOf(['pairing', 'allowlist', 'open', 'disabled']) dmPolicy?: 'pairing' | 'allowlist' | 'open' | 'disabled';
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @OneOf(['open', 'disabled', 'allowlist']) groupPolicy?: 'open' | 'disabled' | 'allowlist';
  @Opt() @IdList() groupAllowFrom?: (string | number)[];
}

/** Section `plugins`. */
@Keys<PluginsConfig>({
  enabled: ['Whether plugins run.', true],
  allow: 'Plugins that may run, by id; all that are switched on without it.',
  deny: 'Plugins that may not run.',
  load: 'Where plugins are looked for.',
  slots: idle('Which plugin takes the place of a built-in part.'),
  entries: 'Single plugins, by id.',
  installs: 'Where installed plugins came from; "openclaw plugins" writes it.',
})
export class PluginsConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @StrList() allow?: string[];
  @Opt() @StrList() deny?: string[];
  @Opt() @Nested(() => PluginsLoadConfig) load?: PluginsLoadConfig;
  @Opt() @Obj() slots?: Record<string, string>;
  @Opt() @MapOf(() => PluginEntryConfig) entries?: Record<string, PluginEntryConfig>;
  @Opt() @Obj() installs?: Record<string, unknown>;
}
