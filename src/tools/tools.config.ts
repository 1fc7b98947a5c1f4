import { isId } from '../common/validation/id-list';
import { isPlainObject } from '../common/plain-object';
import { Bool, Checked, Doc, Int, MapOf, Nested, Obj, OneOf, Opt, StrList, Text } from '../common/validation/fields';

export const TOOL_PROFILES = ['minimal', 'coding', 'messaging', 'full'] as const;
export type ToolProfile = (typeof TOOL_PROFILES)[number];
export const EXEC_HOSTS = ['sandbox', 'gateway', 'node'] as const;
export type ExecHost = (typeof EXEC_HOSTS)[number];
/** From strictest to most permissive. */
export const EXEC_SECURITY = ['deny', 'allowlist', 'full'] as const;
export type ExecSecurity = (typeof EXEC_SECURITY)[number];
/** From quietest to most insistent. */
export const EXEC_ASK = ['off', 'on-miss', 'always'] as const;
export type ExecAsk = (typeof EXEC_ASK)[number];

class ApplyPatchConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @StrList() allowModels?: string[];
}

export class ExecConfig {
  @Opt() @OneOf(EXEC_HOSTS) host?: ExecHost;
  @Opt() @OneOf(EXEC_SECURITY) security?: ExecSecurity;
  @Opt() @OneOf(EXEC_ASK) ask?: ExecAsk;
  @Opt() @Text() node?: string;
  @Opt() @StrList() pathPrepend?: string[];
  @Opt() @StrList() safeBins?: string[];
  @Opt() @Int({ min: 0 }) backgroundMs?: number;
  @Opt() @Int({ min: 1 }) timeoutSec?: number;
  @Opt() @Int({ min: 0 }) cleanupMs?: number;
  @Opt() @Bool() notifyOnExit?: boolean;
  @Opt() @Int({ min: 0 }) approvalRunningNoticeMs?: number;
  @Opt() @Nested(() => ApplyPatchConfig) applyPatch?: ApplyPatchConfig;
}

export class ToolPolicyConfig {
  @Opt() @OneOf(TOOL_PROFILES) profile?: ToolProfile;
  @Opt() @StrList() allow?: string[];
  @Opt() @StrList() alsoAllow?: string[];
  @Opt() @StrList() deny?: string[];
}

class ElevatedConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt()
  @Checked(
    (value) => isPlainObject(value) && Object.values(value).every((list) => Array.isArray(list) && list.every(isId)),
    'must hold a list of ids for each channel: texts, or whole numbers below 2^53; put longer ones between quotes',
    { type: 'object', additionalProperties: { type: 'array', items: { type: ['string', 'number'] } } },
  )
  allowFrom?: Record<string, (string | number)[]>;
}

class ToolFilterConfig {
  @Opt() @Nested(() => ToolPolicyConfig) tools?: ToolPolicyConfig;
}

/** `tools` of one agent. */
export class AgentToolsConfig extends ToolPolicyConfig {
  @Opt() @Nested(() => ToolPolicyConfig) guests?: ToolPolicyConfig;
  @Opt() @MapOf(() => ToolPolicyConfig) byProvider?: Record<string, ToolPolicyConfig>;
  @Opt() @Nested(() => ElevatedConfig) elevated?: ElevatedConfig;
  @Opt() @Nested(() => ExecConfig) exec?: ExecConfig;
  @Opt() @Nested(() => ToolFilterConfig) sandbox?: ToolFilterConfig;
}

class SearchEngineConfig {
  @Opt() @Text() apiKey?: string;
  @Opt() @Text() baseUrl?: string;
}

class PerplexityConfig extends SearchEngineConfig {
  @Opt() @Text() model?: string;
}

class WebSearchConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() provider?: string;
  @Opt() @Text() apiKey?: string;
  @Opt() @Int({ min: 1, max: 10 }) maxResults?: number;
  @Opt() @Int({ min: 1 }) timeoutSeconds?: number;
  @Opt() @Int({ min: 0 }) cacheTtlMinutes?: number;
  @Opt() @Nested(() => SearchEngineConfig) brave?: SearchEngineConfig;
  @Opt() @Nested(() => PerplexityConfig) perplexity?: PerplexityConfig;
  @Opt() @Nested(() => SearchEngineConfig) tavily?: SearchEngineConfig;
  @Opt() @Nested(() => SearchEngineConfig) searxng?: SearchEngineConfig;
  @Opt() @Nested(() => SearchEngineConfig) duckduckgo?: SearchEngineConfig;
}

class FirecrawlConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() apiKey?: string;
  @Opt() @Text() baseUrl?: string;
  @Opt() @Bool() onlyMainContent?: boolean;
  @Opt() @Int({ min: 0 }) maxAgeMs?: number;
  @Opt() @Int({ min: 1 }) timeoutSeconds?: number;
}

class WebFetchConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Int({ min: 100 }) maxChars?: number;
  @Opt() @Int({ min: 1 }) timeoutSeconds?: number;
  @Opt() @Int({ min: 0 }) cacheTtlMinutes?: number;
  @Opt() @Int({ min: 0 }) maxRedirects?: number;
  @Opt() @Text() userAgent?: string;
  @Opt() @Nested(() => FirecrawlConfig) firecrawl?: FirecrawlConfig;
}

class ToolsWebConfig {
  @Opt() @Nested(() => WebSearchConfig) search?: WebSearchConfig;
  @Opt() @Nested(() => WebFetchConfig) fetch?: WebFetchConfig;
}

class ToolsMessageBroadcastConfig {
  @Opt() @Bool() enabled?: boolean;
}

class ToolsMessageConfig {
  @Opt() @Bool() allowCrossContextSend?: boolean;
  @Opt() @Obj() crossContext?: Record<string, unknown>;
  @Opt() @Nested(() => ToolsMessageBroadcastConfig) broadcast?: ToolsMessageBroadcastConfig;
}

class AgentToAgentConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @StrList() allow?: string[];
}

/** Section `tools`. */
export class ToolsConfig extends ToolPolicyConfig {
  @Opt()
  @Nested(() => ToolPolicyConfig)
  @Doc('What people who are no owners may use: alsoAllow adds to the built-in list, allow replaces it.')
  guests?: ToolPolicyConfig;
  @Opt() @MapOf(() => ToolPolicyConfig) byProvider?: Record<string, ToolPolicyConfig>;
  @Opt() @Nested(() => ToolsWebConfig) web?: ToolsWebConfig;
  @Opt() @Obj() media?: Record<string, unknown>;
  @Opt() @Obj() links?: Record<string, unknown>;
  @Opt() @Nested(() => ToolsMessageConfig) message?: ToolsMessageConfig;
  @Opt() @Nested(() => AgentToAgentConfig) agentToAgent?: AgentToAgentConfig;
  @Opt() @Nested(() => ElevatedConfig) elevated?: ElevatedConfig;
  @Opt() @Nested(() => ExecConfig) exec?: ExecConfig;
  @Opt() @Nested(() => ToolFilterConfig) subagents?: ToolFilterConfig;
  @Opt() @Nested(() => ToolFilterConfig) sandbox?: ToolFilterConfig;
}
