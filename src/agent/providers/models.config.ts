import {
  Bool,
  Int,
  MapOf,
  Nested,
  NestedList,
  Num,
  Obj,
  OneOf,
  Opt,
  StrList,
  Text,
} from '../../common/validation/fields';

export const MODEL_APIS = [
  'openai-completions',
  'openai-responses',
  'anthropic-messages',
  'google-generative-ai',
  'github-copilot',
  'bedrock-converse-stream',
] as const;
export type ModelApi = (typeof MODEL_APIS)[number];

/** Prices in US dollars per million tokens. */
export class ModelCostConfig {
  @Opt() @Num({ min: 0 }) input?: number;
  @Opt() @Num({ min: 0 }) output?: number;
  @Opt() @Num({ min: 0 }) cacheRead?: number;
  @Opt() @Num({ min: 0 }) cacheWrite?: number;
}

export class ModelCompatConfig {
  @Opt() @Bool() supportsStore?: boolean;
  @Opt() @Bool() supportsDeveloperRole?: boolean;
  @Opt() @Bool() supportsReasoningEffort?: boolean;
  @Opt() @OneOf(['max_completion_tokens', 'max_tokens']) maxTokensField?: 'max_completion_tokens' | 'max_tokens';
}

export class ModelDefinitionConfig {
  @Text() id!: string;
  @Opt() @Text() name?: string;
  @Opt() @OneOf(MODEL_APIS) api?: ModelApi;
  @Opt() @Bool() reasoning?: boolean;
  @Opt() @StrList() input?: string[];
  @Opt() @Nested(() => ModelCostConfig) cost?: ModelCostConfig;
  @Opt() @Int({ min: 1 }) contextWindow?: number;
  @Opt() @Int({ min: 1 }) maxTokens?: number;
  @Opt() @Obj() headers?: Record<string, string>;
  @Opt() @Nested(() => ModelCompatConfig) compat?: ModelCompatConfig;
}

export class ModelProviderConfig {
  @Text() baseUrl!: string;
  /** A key, a `${VAR}` text, or the bare name of an environment variable. */
  @Opt() @Text() apiKey?: string;
  @Opt() @OneOf(['api-key', 'aws-sdk', 'oauth', 'token']) auth?: 'api-key' | 'aws-sdk' | 'oauth' | 'token';
  @Opt() @OneOf(MODEL_APIS) api?: ModelApi;
  @Opt() @Obj() headers?: Record<string, string>;
  @Opt() @Bool() authHeader?: boolean;
  @Opt() @NestedList(() => ModelDefinitionConfig) models?: ModelDefinitionConfig[];
}

class BedrockDiscoveryConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() region?: string;
  @Opt() @StrList() providerFilter?: string[];
  @Opt() @Int({ min: 0 }) refreshInterval?: number;
  @Opt() @Int({ min: 1 }) defaultContextWindow?: number;
  @Opt() @Int({ min: 1 }) defaultMaxTokens?: number;
}

/** Section `models`. */
export class ModelsConfig {
  @Opt() @OneOf(['merge', 'replace']) mode?: 'merge' | 'replace';
  @Opt() @MapOf(() => ModelProviderConfig) providers?: Record<string, ModelProviderConfig>;
  @Opt() @Nested(() => BedrockDiscoveryConfig) bedrockDiscovery?: BedrockDiscoveryConfig;
}

export class AuthProfileConfig {
  @Text() provider!: string;
  @OneOf(['api_key', 'oauth', 'token']) mode!: 'api_key' | 'oauth' | 'token';
  @Opt() @Text() email?: string;
}

class AuthCooldownsConfig {
  @Opt() @Num({ min: 0 }) billingBackoffHours?: number;
  @Opt() @Obj() billingBackoffHoursByProvider?: Record<string, number>;
  @Opt() @Num({ min: 0 }) billingMaxHours?: number;
  @Opt() @Num({ min: 0 }) failureWindowHours?: number;
}

/** Section `auth`: credential profiles of model providers. */
export class AuthConfig {
  @Opt() @MapOf(() => AuthProfileConfig) profiles?: Record<string, AuthProfileConfig>;
  @Opt() @Obj() order?: Record<string, string[]>;
  @Opt() @Nested(() => AuthCooldownsConfig) cooldowns?: AuthCooldownsConfig;
}
