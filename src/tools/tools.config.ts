import { isId } from '../common/validation/id-list';
import { isPlainObject } from '../common/plain-object';
import { Bool, Checked, Int, MapOf, Nested, Obj, OneOf, Opt, StrList, Text } from '../common/validation/fields';
import { idle, idleGuard, Keys } from '../common/validation/keys';

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

@Keys<ApplyPatchConfig>({
  enabled: ['Whether models are offered the tool that changes files by a patch.', false],
  allowModels: idleGuard('Models that are offered it.'),
})
class ApplyPatchConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @StrList() allowModels?: string[];
}

@Keys<ExecConfig>({
  host: ['Where commands run.', 'sandbox'],
  security: ['Which commands may run without the sandbox: none, those on the allow-list, or all.', 'allowlist'],
  ask: ['When you are asked: never, for what is not on the list, or always.', 'on-miss'],
  node: 'Node that commands run on where host is "node".',
  pathPrepend: 'Folders in which programs are looked for first.',
  safeBins: 'Programs that may run without being asked for, with text on their input only.',
  backgroundMs: ['Milliseconds after which the agent goes on while a command still runs.', 10_000],
  timeoutSec: ['Seconds after which a command is ended.', 1800],
  cleanupMs: ['Milliseconds for which the output of an ended command is kept.', 1800000],
  notifyOnExit: ['Whether the agent is told of the end of a command in the background.', true],
  approvalRunningNoticeMs: idle('Milliseconds after which a chat is told that an approved command still runs.'),
  applyPatch: 'The tool that changes files by a patch.',
})
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

@Keys<ToolPolicyConfig>({
  profile: 'A ready-made list of tools to begin with; all of them without it.',
  allow: 'Tools and groups that may be used; those alone.',
  alsoAllow: 'Tools and groups in addition to those of the profile.',
  deny: 'Tools and groups that may not be used, whatever else says.',
})
export class ToolPolicyConfig {
  @Opt() @OneOf(TOOL_PROFILES) profile?: ToolProfile;
  @Opt() @StrList() allow?: string[];
  @Opt() @StrList() alsoAllow?: string[];
  @Opt() @StrList() deny?: string[];
}

@Keys<ElevatedConfig>({
  enabled: ['Whether commands may be run on this machine itself on request.', true],
  allowFrom: 'Who may ask for that, by channel.',
})
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

@Keys<ToolFilterConfig>({
  tools: 'Which tools there are here.',
})
class ToolFilterConfig {
  @Opt() @Nested(() => ToolPolicyConfig) tools?: ToolPolicyConfig;
}

/** `tools` of one agent. */
@Keys<Omit<AgentToolsConfig, keyof ToolPolicyConfig>>({
  guests: 'What people who are no owners may use.',
  byProvider: 'What models of a provider, or single ones, may use.',
  elevated: 'Commands outside the sandbox.',
  exec: 'How commands run.',
  sandbox: 'What sandboxed sessions may use.',
})
export class AgentToolsConfig extends ToolPolicyConfig {
  @Opt() @Nested(() => ToolPolicyConfig) guests?: ToolPolicyConfig;
  @Opt() @MapOf(() => ToolPolicyConfig) byProvider?: Record<string, ToolPolicyConfig>;
  @Opt() @Nested(() => ElevatedConfig) elevated?: ElevatedConfig;
  @Opt() @Nested(() => ExecConfig) exec?: ExecConfig;
  @Opt() @Nested(() => ToolFilterConfig) sandbox?: ToolFilterConfig;
}

@Keys<SearchEngineConfig>({
  apiKey: 'Key of the service.',
  baseUrl: 'Address of the service, where it is not the usual one.',
})
class SearchEngineConfig {
  @Opt() @Text() apiKey?: string;
  @Opt() @Text() baseUrl?: string;
}

@Keys<Omit<PerplexityConfig, keyof SearchEngineConfig>>({
  model: ['Model that is asked.', 'sonar-pro'],
})
class PerplexityConfig extends SearchEngineConfig {
  @Opt() @Text() model?: string;
}

@Keys<WebSearchConfig>({
  enabled: ['Whether the assistant may search the web.', true],
  provider: 'Service that searches; without it the first with a key.',
  apiKey: 'Key of Brave Search; the same as brave.apiKey.',
  maxResults: ['Results of a search.', 5],
  timeoutSeconds: ['Seconds after which a search is given up.', 30],
  cacheTtlMinutes: ['Minutes for which an answer is kept.', 15],
  brave: 'Brave Search.',
  perplexity: 'Perplexity.',
  tavily: 'Tavily.',
  searxng: 'A SearXNG of your own.',
  duckduckgo: 'DuckDuckGo; needs no key.',
})
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

@Keys<FirecrawlConfig>({
  enabled: ['Whether pages that gave nothing are asked for through Firecrawl, where there is a key.', true],
  apiKey: 'Key of Firecrawl; FIRECRAWL_API_KEY otherwise.',
  baseUrl: 'Address of a Firecrawl of your own.',
  onlyMainContent: ['Leaves out menus and the like.', true],
  maxAgeMs: 'Milliseconds that a kept copy may be old.',
  timeoutSeconds: ['Seconds after which it is given up.', 60],
})
class FirecrawlConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() apiKey?: string;
  @Opt() @Text() baseUrl?: string;
  @Opt() @Bool() onlyMainContent?: boolean;
  @Opt() @Int({ min: 0 }) maxAgeMs?: number;
  @Opt() @Int({ min: 1 }) timeoutSeconds?: number;
}

@Keys<WebFetchConfig>({
  enabled: ['Whether the assistant may read pages of the web.', true],
  maxChars: ['Most characters of a page.', 50_000],
  timeoutSeconds: ['Seconds after which a page is given up.', 30],
  cacheTtlMinutes: ['Minutes for which a page is kept.', 15],
  maxRedirects: ['Most redirects that are followed.', 3],
  userAgent: 'What the assistant calls itself to sites.',
  firecrawl: 'A service that reads pages which give nothing by themselves.',
})
class WebFetchConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Int({ min: 100 }) maxChars?: number;
  @Opt() @Int({ min: 1 }) timeoutSeconds?: number;
  @Opt() @Int({ min: 0 }) cacheTtlMinutes?: number;
  @Opt() @Int({ min: 0 }) maxRedirects?: number;
  @Opt() @Text() userAgent?: string;
  @Opt() @Nested(() => FirecrawlConfig) firecrawl?: FirecrawlConfig;
}

@Keys<ToolsWebConfig>({
  search: 'Searching the web.',
  fetch: 'Reading pages.',
})
class ToolsWebConfig {
  @Opt() @Nested(() => WebSearchConfig) search?: WebSearchConfig;
  @Opt() @Nested(() => WebFetchConfig) fetch?: WebFetchConfig;
}

@Keys<ToolsMessageBroadcastConfig>({
  enabled: 'Whether one message may go to several recipients at once.',
})
class ToolsMessageBroadcastConfig {
  @Opt() @Bool() enabled?: boolean;
}

@Keys<ToolsMessageConfig>({
  allowCrossContextSend: 'Whether messages may go to other channels than the one that the conversation is on.',
  crossContext: 'Which other places messages may go to, and how they are marked there.',
  broadcast: 'Messages to several recipients.',
})
class ToolsMessageConfig {
  @Opt() @Bool() allowCrossContextSend?: boolean;
  @Opt() @Obj() crossContext?: Record<string, unknown>;
  @Opt() @Nested(() => ToolsMessageBroadcastConfig) broadcast?: ToolsMessageBroadcastConfig;
}

@Keys<AgentToAgentConfig>({
  enabled: ['Whether agents may see and write into sessions of other agents.', false],
  allow: 'Agents that may take part, by id.',
})
class AgentToAgentConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @StrList() allow?: string[];
}

/** Section `tools`. */
@Keys<Omit<ToolsConfig, keyof ToolPolicyConfig>>({
  guests: 'What people who are no owners may use: alsoAllow adds to the built-in list, allow replaces it.',
  byProvider: 'What models of a provider, or single ones, may use.',
  web: 'The web.',
  media: 'audio: how speech that comes in is turned into text.',
  links: idle('Reading of links that come in.'),
  message: 'Messages that the assistant sends by itself.',
  agentToAgent: 'Agents among each other.',
  elevated: 'Commands outside the sandbox.',
  exec: 'How commands run.',
  subagents: 'What sub-agents may use.',
  sandbox: 'What sandboxed sessions may use.',
})
export class ToolsConfig extends ToolPolicyConfig {
  @Opt()
  @Nested(() => ToolPolicyConfig)
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
