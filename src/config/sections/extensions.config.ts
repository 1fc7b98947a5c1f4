import { IdList } from '../../common/validation/id-list';
import {
  Doc,
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

class HookMatchConfig {
  /** Rest of the address behind `hooks.path`. */
  @Opt() @Text() path?: string;
  /** What the body says its `source` is. */
  @Opt() @Text() source?: string;
}

class HookTransformConfig {
  /** File below `hooks.transformsDir`. */
  @Text() module!: string;
  @Opt() @Text() export?: string;
}

class HookSignatureConfig {
  /** Header with the signature; `x-hub-signature-256` by default. */
  @Opt() @Text() header?: string;
  /** HMAC-SHA256 of the body in hex, after this prefix; `sha256=` by default. */
  @Opt() @Str() prefix?: string;
  @Text() secret!: string;
}

/** What a request to an address of one's own becomes. */
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
  /** Its text is not marked as coming from outside. */
  @Opt() @Bool() allowUnsafeExternalContent?: boolean;
  @Opt() @Text() channel?: string;
  @Opt() @Text() to?: string;
  @Opt() @Text() model?: string;
  @Opt() @Text() thinking?: string;
  @Opt() @Int({ min: 1 }) timeoutSeconds?: number;
  @Opt() @Nested(() => HookTransformConfig) transform?: HookTransformConfig;
  /** Who signs needs no token. */
  @Opt() @Nested(() => HookSignatureConfig) signature?: HookSignatureConfig;
}

/** An address that is told of events. */
export class OutboundHookConfig {
  @Text({ max: 64 }) id!: string;
  @Text() url!: string;
  /** Signs each request. */
  @Text() secret!: string;
  /** Names of events of the gateway protocol, `*` as a wildcard. */
  @StrList({ min: 1 }) events!: string[];
  @Opt() @Bool() enabled?: boolean;
}

class InternalHookEntryConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Obj() env?: Record<string, string>;
  /**
   * `bootstrap-extra-files`: further files of the workspace that the assistant is shown. Hooks of others: further files and
   * folders that they read.
   */
  @Opt() @StrList({ max: 20 }) paths?: string[];
}

class InternalHooksLoadConfig {
  @Opt() @StrList() extraDirs?: string[];
}

class InternalHooksConfig {
  @Opt() @Bool() enabled?: boolean;
  /** Older spelling of OpenClaw; folders with HOOK.md take their place. */
  @Opt() @AnyList() handlers?: unknown[];
  @Opt() @MapOf(() => InternalHookEntryConfig) entries?: Record<string, InternalHookEntryConfig>;
  @Opt() @Nested(() => InternalHooksLoadConfig) load?: InternalHooksLoadConfig;
  @Opt() @Obj() installs?: Record<string, unknown>;
}

/** Section `hooks`. */
export class HooksConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() path?: string;
  @Opt() @Text() token?: string;
  @Opt() @Int({ min: 1 }) maxBodyBytes?: number;
  /** Mappings that are there already: `gmail` takes what `gog gmail watch` posts to `<path>/gmail`. */
  @Opt()
  @Checked(
    (value) => Array.isArray(value) && value.every((name) => name === 'gmail'),
    'must be a list of presets; there is "gmail"',
    { type: 'array', items: { enum: ['gmail'] } },
  )
  presets?: 'gmail'[];
  @Opt() @Text() transformsDir?: string;
  /** By `transform.module`: the SHA-256 of the files that were agreed to; `openclaw webhooks enable` writes it. */
  @Opt() @Obj() transforms?: Record<string, unknown>;
  @Opt() @NestedList(() => HookMappingConfig) mappings?: HookMappingConfig[];
  @Opt() @NestedList(() => OutboundHookConfig) outbound?: OutboundHookConfig[];
  /** Callers may say which conversation; off by default. */
  @Opt() @Bool() allowRequestSessionKey?: boolean;
  @Opt() @Text() defaultSessionKey?: string;
  @Opt() @StrList() allowedSessionKeyPrefixes?: string[];
  @Opt() @StrList() allowedAgentIds?: string[];
  @Opt() @Obj() gmail?: Record<string, unknown>;
  @Opt() @Nested(() => InternalHooksConfig) internal?: InternalHooksConfig;
}

/** Section `browser`. */
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

class SkillsLoadConfig {
  @Opt() @StrList() extraDirs?: string[];
  @Opt() @Bool() watch?: boolean;
  @Opt() @Int({ min: 0 }) watchDebounceMs?: number;
}

class SkillsInstallConfig {
  @Opt() @Bool() preferBrew?: boolean;
  @Opt() @OneOf(['npm', 'pnpm', 'yarn', 'bun']) nodeManager?: 'npm' | 'pnpm' | 'yarn' | 'bun';
}

class SkillEntryConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() apiKey?: string;
  @Opt() @Obj() env?: Record<string, string>;
  @Opt() @Obj() config?: Record<string, unknown>;
}

class SkillsRegistryConfig {
  /** Address of a registry that `skills.search` asks as well; none by default. */
  @Opt() @Text() url?: string;
}

/** Section `skills`. */
export class SkillsConfig {
  @Opt() @StrList() allowBundled?: string[];
  @Opt() @Nested(() => SkillsLoadConfig) load?: SkillsLoadConfig;
  @Opt() @Nested(() => SkillsInstallConfig) install?: SkillsInstallConfig;
  @Opt() @Nested(() => SkillsRegistryConfig) registry?: SkillsRegistryConfig;
  @Opt() @MapOf(() => SkillEntryConfig) entries?: Record<string, SkillEntryConfig>;
}

class PluginsLoadConfig {
  @Opt() @StrList() paths?: string[];
}

class PluginEntryConfig {
  @Opt() @Bool() enabled?: boolean;
  /** Variables that it is given besides those that bear its own name. */
  @Opt() @Obj() env?: Record<string, string>;
  /** What the plugin itself reads; its manifest says which keys there are. */
  @Opt() @Obj() config?: Record<string, unknown>;
  @Opt()
  @StrList()
  @Doc('Tools of the plugin which carry nothing to anybody and are never asked for; "*": all.')
  harmlessTools?: string[];
  /** Who may write directly on a channel that the plugin brings. */
  @Opt() @OneOf(['pairing', 'allowlist', 'open', 'disabled']) dmPolicy?: 'pairing' | 'allowlist' | 'open' | 'disabled';
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @OneOf(['open', 'disabled', 'allowlist']) groupPolicy?: 'open' | 'disabled' | 'allowlist';
  @Opt() @IdList() groupAllowFrom?: (string | number)[];
}

/** Section `plugins`. */
export class PluginsConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @StrList() allow?: string[];
  @Opt() @StrList() deny?: string[];
  @Opt() @Nested(() => PluginsLoadConfig) load?: PluginsLoadConfig;
  @Opt() @Obj() slots?: Record<string, string>;
  @Opt() @MapOf(() => PluginEntryConfig) entries?: Record<string, PluginEntryConfig>;
  @Opt() @Obj() installs?: Record<string, unknown>;
}
