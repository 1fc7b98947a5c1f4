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
import { idle, Keys } from '../../common/validation/keys';

export const MODEL_APIS = [
  'openai-completions',
  'openai-responses',
  'anthropic-messages',
  'google-generative-ai',
  'github-copilot',
  'bedrock-converse-stream',
] as const;
export type ModelApi = (typeof MODEL_APIS)[number];

/** Providers whose address is known, so that a configuration need not name it. */
export const PROVIDERS_WITH_ADDRESS: readonly string[] = [
  'anthropic',
  'openai',
  'google',
  'openrouter',
  'mistral',
  'groq',
  'xai',
  'deepseek',
  'ollama',
  'lmstudio',
];

/** Prices in US dollars per million tokens. */
@Keys<ModelCostConfig>({
  input: 'Dollars for a million tokens that are sent.',
  output: 'Dollars for a million tokens that are written.',
  cacheRead: 'Dollars for a million tokens that the provider had kept.',
  cacheWrite: 'Dollars for a million tokens that the provider is to keep.',
})
export class ModelCostConfig {
  @Opt() @Num({ min: 0 }) input?: number;
  @Opt() @Num({ min: 0 }) output?: number;
  @Opt() @Num({ min: 0 }) cacheRead?: number;
  @Opt() @Num({ min: 0 }) cacheWrite?: number;
}

@Keys<ModelCompatConfig>({
  supportsStore: idle('Whether the service knows the parameter "store".'),
  supportsDeveloperRole: idle('Whether the service knows the role "developer".'),
  supportsReasoningEffort: 'Whether the service knows the parameter "reasoning_effort".',
  maxTokensField: 'What the service calls the limit of an answer.',
})
export class ModelCompatConfig {
  @Opt() @Bool() supportsStore?: boolean;
  @Opt() @Bool() supportsDeveloperRole?: boolean;
  @Opt() @Bool() supportsReasoningEffort?: boolean;
  @Opt() @OneOf(['max_completion_tokens', 'max_tokens']) maxTokensField?: 'max_completion_tokens' | 'max_tokens';
}

@Keys<ModelDefinitionConfig>({
  id: 'Name of the model at its provider.',
  name: 'What the model is called in lists.',
  api: 'Wire format, where it differs from that of the provider.',
  reasoning: 'Whether the model can think before it answers.',
  input: 'What it takes: "text", "image".',
  cost: 'Prices; without them those of the built-in list, if it has any.',
  contextWindow: 'Window of the model, in tokens.',
  maxTokens: 'Longest answer, in tokens.',
  headers: 'Further HTTP headers of requests to it.',
  compat: 'Ways in which the service differs from others of its format.',
})
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

@Keys<ModelProviderConfig>({
  baseUrl: 'Address of the service; known providers bring their own.',
  apiKey: 'A key, a ${VAR} or ${secret:name} text, or the bare name of an environment variable.',
  auth: idle('Kind of credential; the wire format says it here.'),
  api: 'Wire format of the service.',
  headers: 'Further HTTP headers of all requests.',
  authHeader: 'Whether the key is sent as a bearer token besides the service’s own way.',
  models: 'Models of this provider.',
})
export class ModelProviderConfig {
  @Opt() @Text() baseUrl?: string;
  @Opt() @Text() apiKey?: string;
  @Opt() @OneOf(['api-key', 'aws-sdk', 'oauth', 'token']) auth?: 'api-key' | 'aws-sdk' | 'oauth' | 'token';
  @Opt() @OneOf(MODEL_APIS) api?: ModelApi;
  @Opt() @Obj() headers?: Record<string, string>;
  @Opt() @Bool() authHeader?: boolean;
  @Opt() @NestedList(() => ModelDefinitionConfig) models?: ModelDefinitionConfig[];
}

@Keys<BedrockDiscoveryConfig>({
  enabled: idle('Whether models of Amazon Bedrock are looked for.'),
  region: idle('Region that is asked.'),
  providerFilter: idle('Makers whose models are listed.'),
  refreshInterval: idle('Seconds between two looks.'),
  defaultContextWindow: idle('Window that is assumed, in tokens.'),
  defaultMaxTokens: idle('Longest answer that is assumed, in tokens.'),
})
class BedrockDiscoveryConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() region?: string;
  @Opt() @StrList() providerFilter?: string[];
  @Opt() @Int({ min: 0 }) refreshInterval?: number;
  @Opt() @Int({ min: 1 }) defaultContextWindow?: number;
  @Opt() @Int({ min: 1 }) defaultMaxTokens?: number;
}

/** Section `models`. */
@Keys<ModelsConfig>({
  mode: ['"merge" adds your providers to the built-in ones, "replace" leaves those out.', 'merge'],
  providers: 'Services with language models, by name.',
  bedrockDiscovery: idle('Looking for models of Amazon Bedrock.'),
})
export class ModelsConfig {
  @Opt() @OneOf(['merge', 'replace']) mode?: 'merge' | 'replace';
  @Opt() @MapOf(() => ModelProviderConfig) providers?: Record<string, ModelProviderConfig>;
  @Opt() @Nested(() => BedrockDiscoveryConfig) bedrockDiscovery?: BedrockDiscoveryConfig;
}

@Keys<AuthProfileConfig>({
  provider: 'Provider that the credential is for.',
  mode: 'Kind of credential.',
  email: 'Account that it belongs to, for people who read the file.',
})
export class AuthProfileConfig {
  @Text() provider!: string;
  @OneOf(['api_key', 'oauth', 'token']) mode!: 'api_key' | 'oauth' | 'token';
  @Opt() @Text() email?: string;
}

@Keys<AuthCooldownsConfig>({
  billingBackoffHours: ['Hours for which a provider rests after it refused for lack of money.', 5],
  billingBackoffHoursByProvider: 'The same for single providers, by name.',
  billingMaxHours: ['Longest such rest, in hours.', 24],
  failureWindowHours: ['Failures count together for so many hours.', 24],
})
class AuthCooldownsConfig {
  @Opt() @Num({ min: 0 }) billingBackoffHours?: number;
  @Opt() @Obj() billingBackoffHoursByProvider?: Record<string, number>;
  @Opt() @Num({ min: 0 }) billingMaxHours?: number;
  @Opt() @Num({ min: 0 }) failureWindowHours?: number;
}

/** Section `auth`: credential profiles of model providers. */
@Keys<AuthConfig>({
  profiles: idle('Credentials, by name; those that are used stand in the agent’s auth-profiles.json.'),
  order: 'Which credentials of a provider are tried in which order.',
  cooldowns: 'How long what failed is left alone.',
})
export class AuthConfig {
  @Opt() @MapOf(() => AuthProfileConfig) profiles?: Record<string, AuthProfileConfig>;
  @Opt() @Obj() order?: Record<string, string[]>;
  @Opt() @Nested(() => AuthCooldownsConfig) cooldowns?: AuthCooldownsConfig;
}
