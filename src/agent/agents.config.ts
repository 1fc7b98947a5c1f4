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
  Str,
  StrList,
  Text,
  TimeZone,
  Reload,
} from '../common/validation/fields';
import { HeartbeatConfig } from './heartbeat.config';
import { ModelChoice, type ModelChoiceConfig } from './model-choice.config';
import { AgentToolsConfig } from '../tools/tools.config';
import { idle, Keys } from '../common/validation/keys';
import {
  TYPING_INTERVAL_MEANING,
  TYPING_MODES,
  TYPING_MODE_MEANING,
  type TypingMode,
} from '../sessions/session.config';

export const THINKING_LEVELS = ['off', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;
export type ThinkingLevel = (typeof THINKING_LEVELS)[number];
export const VERBOSE_LEVELS = ['off', 'on', 'full'] as const;
export type VerboseLevel = (typeof VERBOSE_LEVELS)[number];

@Keys<ModelEntryConfig>({
  alias: 'Short name of the model, for /model and other model references.',
  params: idle('Settings that are sent with each request to this model.'),
})
class ModelEntryConfig {
  @Opt() @Text() alias?: string;
  @Opt() @Obj() params?: Record<string, unknown>;
}

@Keys<HumanDelayConfig>({
  mode: [
    'Pauses between the blocks of an answer: none, as a person would make them, or within the bounds given.',
    'off',
  ],
  minMs: ['Shortest pause, in milliseconds, of the mode "custom".', 800],
  maxMs: ['Longest pause, in milliseconds, of the mode "custom".', 2500],
})
class HumanDelayConfig {
  @Opt() @OneOf(['off', 'natural', 'custom']) mode?: 'off' | 'natural' | 'custom';
  @Opt() @Int({ min: 0 }) minMs?: number;
  @Opt() @Int({ min: 0 }) maxMs?: number;
}

@Keys<ChunkConfig>({
  minChars: ['Fewest characters of a block, apart from the last.', 800],
  maxChars: ['Most characters of a block.', 1200],
  breakPreference: ['Where a block ends, if there is such a place.', 'paragraph'],
})
class ChunkConfig {
  @Opt() @Int({ min: 1 }) minChars?: number;
  @Opt() @Int({ min: 1 }) maxChars?: number;
  @Opt() @OneOf(['paragraph', 'newline', 'sentence']) breakPreference?: 'paragraph' | 'newline' | 'sentence';
}

@Keys<CoalesceConfig>({
  minChars: ['Fewest characters that are gathered before they are sent.', 800],
  maxChars: ['Most characters that are gathered before they are sent.', 1200],
  idleMs: ['Milliseconds without new text after which what was gathered is sent.', 1000],
})
class CoalesceConfig {
  @Opt() @Int({ min: 1 }) minChars?: number;
  @Opt() @Int({ min: 1 }) maxChars?: number;
  @Opt() @Int({ min: 0 }) idleMs?: number;
}

@Keys<MemoryFlushConfig>({
  enabled: ['Before a long conversation is summed up, the agent may write down what should stay.', true],
  softThresholdTokens: ['So many tokens before a summary it is asked to.', 4000],
  prompt: 'What it is asked; without it the built-in words.',
  systemPrompt: 'Instructions that are added for this turn.',
})
class MemoryFlushConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Int({ min: 0 }) softThresholdTokens?: number;
  @Opt() @Str() prompt?: string;
  @Opt() @Str() systemPrompt?: string;
}

@Keys<CompactionConfig>({
  mode: idle('How the summary is made; there is one way here.'),
  reserveTokensFloor: [
    'Tokens that stay free for the answer and for what tools bring; at most a third of the window.',
    20_000,
  ],
  maxHistoryShare: idle('Largest share of the window that the history may take.'),
  model: 'Model that writes the summary, as provider/model; without it that of the conversation.',
  timeoutSeconds: ['Seconds after which a summary is given up.', 60],
  memoryFlush: 'Notes that the agent may make before a summary.',
})
class CompactionConfig {
  @Opt() @OneOf(['default', 'safeguard']) mode?: 'default' | 'safeguard';
  @Opt() @Int({ min: 0 }) reserveTokensFloor?: number;
  @Opt() @Num({ min: 0.1, max: 0.9 }) maxHistoryShare?: number;
  @Opt() @Text() model?: string;
  @Opt() @Int({ min: 5, max: 900 }) timeoutSeconds?: number;
  @Opt() @Nested(() => MemoryFlushConfig) memoryFlush?: MemoryFlushConfig;
}

@Keys<ContextPruningConfig>({
  mode: 'Whether old results of tools are shortened in what the model is sent.',
  ttl: ['Results are shortened only after the conversation has rested for so long, such as "5m".', '5m'],
  keepLastAssistants: ['So many of the latest answers keep the results before them whole.', 3],
  softTrimRatio: ['Share of the window from which results are shortened.', 0.3],
  hardClearRatio: ['Share of the window from which results are left out.', 0.5],
  minPrunableToolChars: ['Nothing is left out while the results have fewer characters in all.', 50_000],
  tools: 'Lists allow and deny with the tools whose results may be shortened.',
  softTrim:
    'maxChars, headChars and tailChars: how long a shortened result is, and what is kept of its beginning and end.',
  hardClear: 'enabled, and placeholder: what stands in the place of a result that was left out.',
})
class ContextPruningConfig {
  @Opt() @OneOf(['off', 'cache-ttl']) mode?: 'off' | 'cache-ttl';
  @Opt() @Text() ttl?: string;
  @Opt() @Int({ min: 0 }) keepLastAssistants?: number;
  @Opt() @Num({ min: 0, max: 1 }) softTrimRatio?: number;
  @Opt() @Num({ min: 0, max: 1 }) hardClearRatio?: number;
  @Opt() @Int({ min: 0 }) minPrunableToolChars?: number;
  @Opt() @Obj() tools?: Record<string, unknown>;
  @Opt() @Obj() softTrim?: Record<string, unknown>;
  @Opt() @Obj() hardClear?: Record<string, unknown>;
}

@Keys<AgentSubagentsConfig>({
  maxConcurrent: ['Most sub-agents of one conversation that work at the same time.', 8],
  archiveAfterMinutes: idle('Minutes after which the session of a sub-agent is put away.'),
  model: 'Model of sub-agents; without it that of their agent.',
  allowAgents: 'Other agents that may be used as sub-agents, by id; "*": all.',
})
class AgentSubagentsConfig {
  @Opt() @Int({ min: 1 }) maxConcurrent?: number;
  @Opt() @Int({ min: 0 }) archiveAfterMinutes?: number;
  @Opt() @ModelChoice() model?: string | ModelChoiceConfig;
  @Opt() @StrList() allowAgents?: string[];
}

@Keys<MemorySearchConfig>({
  enabled: ['Whether the agent may search its notes.', true],
  sources: 'What is searched: "memory", and "sessions" where experimental.sessionMemory is on.',
  extraPaths: 'Further files and folders that are searched.',
  provider: ['Who makes the vectors for search by meaning: auto, openai, gemini, ollama or none.', 'auto'],
  model: 'Model for the vectors; without it the usual one of the provider.',
  fallback: idle('Provider that is taken when the first one fails.'),
  remote: 'baseUrl, apiKey and headers of the service that makes the vectors.',
  local: idle('Model file on this machine; there is none built in.'),
  store: idle('Place of the index; it stands in the state directory.'),
  chunking: 'tokens and overlap: how the notes are cut into pieces.',
  sync: 'watch, and watchDebounceMs: whether changed notes are taken up at once.',
  query:
    'hybrid.enabled, vectorWeight, textWeight, candidateMultiplier: how search by words and by meaning are put together.',
  cache: idle('Cache of vectors; they are kept in the index.'),
  experimental: 'sessionMemory: whether conversations are searched as well.',
})
class MemorySearchConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @StrList() sources?: string[];
  @Opt() @StrList() extraPaths?: string[];
  @Opt() @Text() provider?: string;
  @Opt() @Text() model?: string;
  @Opt() @Text() fallback?: string;
  @Opt() @Obj() remote?: Record<string, unknown>;
  @Opt() @Obj() local?: Record<string, unknown>;
  @Opt() @Obj() store?: Record<string, unknown>;
  @Opt() @Obj() chunking?: Record<string, unknown>;
  @Opt() @Obj() sync?: Record<string, unknown>;
  @Opt() @Obj() query?: Record<string, unknown>;
  @Opt() @Obj() cache?: Record<string, unknown>;
  @Opt() @Obj() experimental?: Record<string, unknown>;
}

@Keys<SandboxConfig>({
  mode: [
    'Whose commands run in a sandbox with a folder of its own: nobody’s, all but the main session’s, or everybody’s.',
    'off',
  ],
  scope: ['Which sandboxed sessions share a folder: none, those of one agent, or all.', 'agent'],
  perSession: 'Older spelling of scope: true is "session", false "shared".',
  workspaceAccess: [
    'What a sandboxed session may do with the workspace of its agent: nothing, read, or write.',
    'none',
  ],
  sessionToolsVisibility: ['Which sessions a sandboxed session may see: those that it began, or all.', 'spawned'],
  workspaceRoot: 'Folder that holds the folders of sandboxed sessions; without it one in the state directory.',
  docker: 'network: "none", or "bridge" for commands that may reach the web through the gateway’s own guard.',
  browser: 'allowHostControl: whether a sandboxed session may use the browser of this machine.',
  prune: idle('When unused sandboxes are removed; ours end with their command.'),
})
class SandboxConfig {
  @Opt() @OneOf(['off', 'non-main', 'all']) mode?: 'off' | 'non-main' | 'all';
  @Opt() @OneOf(['session', 'agent', 'shared']) scope?: 'session' | 'agent' | 'shared';
  @Opt() @Bool() perSession?: boolean;
  @Opt() @OneOf(['none', 'ro', 'rw']) workspaceAccess?: 'none' | 'ro' | 'rw';
  @Opt() @OneOf(['spawned', 'all']) sessionToolsVisibility?: 'spawned' | 'all';
  @Opt() @Text() workspaceRoot?: string;
  @Opt() @Obj() docker?: Record<string, unknown>;
  @Opt() @Obj() browser?: Record<string, unknown>;
  @Opt() @Obj() prune?: Record<string, unknown>;
}

@Keys<SystemAgentConfig>({
  agentId: 'Agent that answers where neither a binding nor a request names one.',
})
class SystemAgentConfig {
  @Opt() @Text() agentId?: string;
}

/** Section `agents.defaults`. */
@Keys<AgentDefaultsConfig>({
  model: 'Model of all agents, as provider/model, with fall-backs that are tried in turn.',
  imageModel: 'Model that looks at pictures where the one of the conversation can’t.',
  imageGenerationModel: 'Model that draws pictures, such as openai/gpt-image-1, with fall-backs.',
  models: 'Short names of models, by provider/model; /model offers these alone where there are any.',
  workspace: 'Folder of the agents’ files.',
  skills: 'Skills that agents may use, by name; all when it is missing.',
  repoRoot: idle('Root of the repository that the agent is told about.'),
  skipBootstrap: ['A new workspace gets no files to begin with.', false],
  bootstrapMaxChars: ['Most characters of each file of the workspace that the model is shown.', 20_000],
  userTimezone: 'Your time zone, such as Europe/Berlin; without it that of the host.',
  timeFormat: ['How the model is told the time: 12 or 24 hours.', 'auto'],
  envelopeTimezone: ['Zone of the times that stand before messages.', 'user'],
  envelopeTimestamp: ['Whether messages carry their time for the model.', 'on'],
  envelopeElapsed: idle('Whether messages say how long after the last one they came.'),
  contextTokens: 'Window that is assumed in lists of sessions, in tokens; without it that of the model.',
  timeoutSeconds: ['Seconds after which a turn is ended.', 600],
  mediaMaxMb: [
    'Largest attachment of a client (20 unless set), and largest picture for the image tool, in megabytes.',
    5,
  ],
  thinkingDefault: 'How much models think where a conversation says nothing else.',
  verboseDefault: ['Whether steps of tools are told in chats where a conversation says nothing else.', 'off'],
  elevatedDefault: idle('Elevated rights where a conversation says nothing else.'),
  blockStreamingDefault: ['Whether long answers are sent to chats in blocks while they are written.', 'off'],
  blockStreamingBreak: ['When blocks are sent: as text comes, or at the end of a message.', 'text_end'],
  blockStreamingChunk: 'Size of the blocks.',
  blockStreamingCoalesce: 'How small pieces are gathered into blocks.',
  humanDelay: 'Pauses between blocks.',
  typingMode: [TYPING_MODE_MEANING, 'instant'],
  typingIntervalSeconds: [TYPING_INTERVAL_MEANING, 6],
  maxConcurrent: ['Most turns that run at the same time.', 4],
  subagents: 'Agents that an agent starts for a part of its work.',
  cliBackends: idle('Other programs for the command line that answer in the place of a model.'),
  contextPruning: 'Shortening of old tool results.',
  compaction: 'Summaries of long conversations.',
  memorySearch: 'Search in the agent’s notes.',
  heartbeat: 'What the agent does by itself from time to time.',
  sandbox: 'Where commands run, and what they reach.',
  systemAgent: 'The default agent, as newer releases write it.',
})
export class AgentDefaultsConfig {
  @Opt() @ModelChoice() model?: string | ModelChoiceConfig;
  @Opt() @ModelChoice() imageModel?: string | ModelChoiceConfig;
  @Opt() @ModelChoice() imageGenerationModel?: string | ModelChoiceConfig;
  @Opt() @MapOf(() => ModelEntryConfig) models?: Record<string, ModelEntryConfig>;
  @Opt() @Text() workspace?: string;
  @Opt() @StrList() skills?: string[];
  @Opt() @Text() repoRoot?: string;
  @Opt() @Bool() skipBootstrap?: boolean;
  @Opt() @Int({ min: 1 }) bootstrapMaxChars?: number;
  @Opt() @TimeZone() userTimezone?: string;
  @Opt() @OneOf(['auto', '12', '24']) timeFormat?: 'auto' | '12' | '24';
  @Opt() @TimeZone('user', 'local', 'utc') envelopeTimezone?: string;
  @Opt() @OneOf(['on', 'off']) envelopeTimestamp?: 'on' | 'off';
  @Opt() @OneOf(['on', 'off']) envelopeElapsed?: 'on' | 'off';
  @Opt() @Int({ min: 1 }) contextTokens?: number;
  @Opt() @Int({ min: 1 }) timeoutSeconds?: number;
  @Opt() @Num({ min: 0 }) mediaMaxMb?: number;
  @Opt() @OneOf(THINKING_LEVELS) thinkingDefault?: ThinkingLevel;
  @Opt() @OneOf(VERBOSE_LEVELS) verboseDefault?: VerboseLevel;
  @Opt() @OneOf(['off', 'on', 'ask', 'full']) elevatedDefault?: 'off' | 'on' | 'ask' | 'full';
  @Opt() @OneOf(['off', 'on']) blockStreamingDefault?: 'off' | 'on';
  @Opt() @OneOf(['text_end', 'message_end']) blockStreamingBreak?: 'text_end' | 'message_end';
  @Opt() @Nested(() => ChunkConfig) blockStreamingChunk?: ChunkConfig;
  @Opt() @Nested(() => CoalesceConfig) blockStreamingCoalesce?: CoalesceConfig;
  @Opt() @Nested(() => HumanDelayConfig) humanDelay?: HumanDelayConfig;
  @Opt() @OneOf(TYPING_MODES) typingMode?: TypingMode;
  @Opt() @Int({ min: 1 }) typingIntervalSeconds?: number;
  @Opt() @Int({ min: 1 }) maxConcurrent?: number;
  @Opt() @Nested(() => AgentSubagentsConfig) subagents?: AgentSubagentsConfig;
  @Opt() @Obj() cliBackends?: Record<string, unknown>;
  @Opt() @Nested(() => ContextPruningConfig) contextPruning?: ContextPruningConfig;
  @Opt() @Nested(() => CompactionConfig) compaction?: CompactionConfig;
  @Opt() @Nested(() => MemorySearchConfig) memorySearch?: MemorySearchConfig;
  @Opt() @Reload('hot') @Nested(() => HeartbeatConfig) heartbeat?: HeartbeatConfig;
  @Opt() @Nested(() => SandboxConfig) sandbox?: SandboxConfig;
  @Opt() @Nested(() => SystemAgentConfig) systemAgent?: SystemAgentConfig;
}

@Keys<IdentityConfig>({
  name: 'What the agent is called; it also answers to it in groups.',
  theme: 'A word or two about its manner, which its prompt says.',
  emoji: 'Its emoji.',
  avatar: 'Its picture: an address, or a file of the workspace.',
})
export class IdentityConfig {
  @Opt() @Str() name?: string;
  @Opt() @Str() theme?: string;
  @Opt() @Str() emoji?: string;
  @Opt() @Str() avatar?: string;
}

@Keys<AgentGroupChatConfig>({
  mentionPatterns: 'Regular expressions by which a message in a group is meant for this agent.',
  historyLimit: ['Most earlier messages of a group that the agent is shown.', 50],
})
class AgentGroupChatConfig {
  @Opt() @StrList() mentionPatterns?: string[];
  @Opt() @Int({ min: 0 }) historyLimit?: number;
}

/** What an agent does otherwise than `agents.defaults` says; a value of `agents.entries`. */
@Keys<AgentOverridesConfig>({
  default: ['Who answers where no binding names another agent; without any the first.', false],
  name: 'What the agent is called in lists.',
  workspace: 'Folder of its files.',
  skills: 'Skills that this agent may use, instead of agents.defaults.skills.',
  agentDir: 'Folder of its credentials and state; two agents may not share one.',
  model: 'Its model, as provider/model, with fall-backs.',
  memorySearch: 'Search in its notes; adds to agents.defaults.memorySearch.',
  humanDelay: 'Pauses between blocks; adds to agents.defaults.humanDelay.',
  heartbeat: 'Its heartbeat; adds to agents.defaults.heartbeat.',
  identity: 'Name and looks of the agent.',
  groupChat: 'How it takes part in groups.',
  subagents: 'Its sub-agents.',
  sandbox: 'Where its commands run; adds to agents.defaults.sandbox.',
  tools: 'What it may do; narrows what tools allows.',
})
export class AgentOverridesConfig {
  @Opt() @Bool() default?: boolean;
  @Opt() @Str() name?: string;
  @Opt() @Text() workspace?: string;
  @Opt() @StrList() skills?: string[];
  @Opt() @Text() agentDir?: string;
  @Opt() @ModelChoice() model?: string | ModelChoiceConfig;
  @Opt() @Nested(() => MemorySearchConfig) memorySearch?: MemorySearchConfig;
  @Opt() @Nested(() => HumanDelayConfig) humanDelay?: HumanDelayConfig;
  @Opt() @Reload('hot') @Nested(() => HeartbeatConfig) heartbeat?: HeartbeatConfig;
  @Opt() @Nested(() => IdentityConfig) identity?: IdentityConfig;
  @Opt() @Nested(() => AgentGroupChatConfig) groupChat?: AgentGroupChatConfig;
  @Opt() @Nested(() => AgentSubagentsConfig) subagents?: AgentSubagentsConfig;
  @Opt() @Nested(() => SandboxConfig) sandbox?: SandboxConfig;
  @Opt() @Nested(() => AgentToolsConfig) tools?: AgentToolsConfig;
}

/** One entry of `agents.list`. */
@Keys<Pick<AgentEntryConfig, 'id'>>({
  id: 'Name of the agent in keys and addresses.',
})
export class AgentEntryConfig extends AgentOverridesConfig {
  @Text() id!: string;
}

/** Section `agents`. */
@Keys<AgentsConfig>({
  defaults: 'What holds for every agent that says nothing else.',
  entries: 'The agents by id, as newer releases write them; those of agents.list with other ids count as well.',
  list: 'The agents; without any, here and in agents.entries, there is one, called main.',
  ownership:
    'With "explicit", agents.defaults.systemAgent.agentId alone names the default agent; where it names none of several, messages that no binding fits are not answered.',
})
export class AgentsConfig {
  @Opt() @Nested(() => AgentDefaultsConfig) defaults?: AgentDefaultsConfig;
  @Opt() @MapOf(() => AgentOverridesConfig) entries?: Record<string, AgentOverridesConfig>;
  @Opt() @NestedList(() => AgentEntryConfig) list?: AgentEntryConfig[];
  @Opt() @OneOf(['explicit']) ownership?: 'explicit';
}
