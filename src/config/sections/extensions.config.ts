import { AnyList, Bool, Int, MapOf, Nested, Obj, OneOf, Opt, StrList, Text } from '../../common/validation/fields';

/** Section `hooks`. */
export class HooksConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() path?: string;
  @Opt() @Text() token?: string;
  @Opt() @Int({ min: 1 }) maxBodyBytes?: number;
  @Opt() @StrList() presets?: string[];
  @Opt() @Text() transformsDir?: string;
  @Opt() @AnyList() mappings?: Record<string, unknown>[];
  @Opt() @Obj() gmail?: Record<string, unknown>;
  @Opt() @Obj() internal?: Record<string, unknown>;
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
  @Opt() @Obj() config?: Record<string, unknown>;
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
