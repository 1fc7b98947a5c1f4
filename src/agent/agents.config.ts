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
import { ModelChoice, type ModelChoiceConfig } from './model-choice.config';
import { AgentToolsConfig } from '../tools/tools.config';

export const THINKING_LEVELS = ['off', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;
export type ThinkingLevel = (typeof THINKING_LEVELS)[number];
export const VERBOSE_LEVELS = ['off', 'on', 'full'] as const;
export type VerboseLevel = (typeof VERBOSE_LEVELS)[number];

class ModelEntryConfig {
  @Opt() @Text() alias?: string;
  @Opt() @Obj() params?: Record<string, unknown>;
}

class HumanDelayConfig {
  @Opt() @OneOf(['off', 'natural', 'custom']) mode?: 'off' | 'natural' | 'custom';
  @Opt() @Int({ min: 0 }) minMs?: number;
  @Opt() @Int({ min: 0 }) maxMs?: number;
}

class ChunkConfig {
  @Opt() @Int({ min: 1 }) minChars?: number;
  @Opt() @Int({ min: 1 }) maxChars?: number;
  @Opt() @OneOf(['paragraph', 'newline', 'sentence']) breakPreference?: 'paragraph' | 'newline' | 'sentence';
}

class CoalesceConfig {
  @Opt() @Int({ min: 1 }) minChars?: number;
  @Opt() @Int({ min: 1 }) maxChars?: number;
  @Opt() @Int({ min: 0 }) idleMs?: number;
}

class ActiveHoursConfig {
  @Opt() @Text() start?: string;
  @Opt() @Text() end?: string;
  @Opt() @TimeZone('user', 'local') timezone?: string;
}

export class HeartbeatConfig {
  @Opt() @Text() every?: string;
  @Opt() @Nested(() => ActiveHoursConfig) activeHours?: ActiveHoursConfig;
  @Opt() @Text() model?: string;
  @Opt() @Text() session?: string;
  @Opt() @Text() target?: string;
  @Opt() @Text() to?: string;
  @Opt() @Str() prompt?: string;
  @Opt() @Int({ min: 0 }) ackMaxChars?: number;
  @Opt() @Bool() includeReasoning?: boolean;
}

class MemoryFlushConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Int({ min: 0 }) softThresholdTokens?: number;
  @Opt() @Str() prompt?: string;
  @Opt() @Str() systemPrompt?: string;
}

class CompactionConfig {
  @Opt() @OneOf(['default', 'safeguard']) mode?: 'default' | 'safeguard';
  @Opt() @Int({ min: 0 }) reserveTokensFloor?: number;
  @Opt() @Num({ min: 0.1, max: 0.9 }) maxHistoryShare?: number;
  /** Model of its own, as provider/model. */
  @Opt() @Text() model?: string;
  @Opt() @Int({ min: 5, max: 900 }) timeoutSeconds?: number;
  @Opt() @Nested(() => MemoryFlushConfig) memoryFlush?: MemoryFlushConfig;
}

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

class AgentSubagentsConfig {
  @Opt() @Int({ min: 1 }) maxConcurrent?: number;
  @Opt() @Int({ min: 0 }) archiveAfterMinutes?: number;
  @Opt() @ModelChoice() model?: string | ModelChoiceConfig;
  @Opt() @StrList() allowAgents?: string[];
}

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

/** Section `agents.defaults`. */
export class AgentDefaultsConfig {
  @Opt() @ModelChoice() model?: string | ModelChoiceConfig;
  @Opt() @ModelChoice() imageModel?: string | ModelChoiceConfig;
  @Opt() @MapOf(() => ModelEntryConfig) models?: Record<string, ModelEntryConfig>;
  @Opt() @Text() workspace?: string;
  /** Skills that agents may use, by name; all when it is missing. */
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
  @Opt() @OneOf(['never', 'instant', 'thinking', 'message']) typingMode?: 'never' | 'instant' | 'thinking' | 'message';
  @Opt() @Int({ min: 1 }) typingIntervalSeconds?: number;
  @Opt() @Int({ min: 1 }) maxConcurrent?: number;
  @Opt() @Nested(() => AgentSubagentsConfig) subagents?: AgentSubagentsConfig;
  @Opt() @Obj() cliBackends?: Record<string, unknown>;
  @Opt() @Nested(() => ContextPruningConfig) contextPruning?: ContextPruningConfig;
  @Opt() @Nested(() => CompactionConfig) compaction?: CompactionConfig;
  @Opt() @Nested(() => MemorySearchConfig) memorySearch?: MemorySearchConfig;
  @Opt() @Reload('hot') @Nested(() => HeartbeatConfig) heartbeat?: HeartbeatConfig;
  @Opt() @Nested(() => SandboxConfig) sandbox?: SandboxConfig;
}

export class IdentityConfig {
  @Opt() @Str() name?: string;
  @Opt() @Str() theme?: string;
  @Opt() @Str() emoji?: string;
  @Opt() @Str() avatar?: string;
}

class AgentGroupChatConfig {
  @Opt() @StrList() mentionPatterns?: string[];
  @Opt() @Int({ min: 0 }) historyLimit?: number;
}

/** One entry of `agents.list`. */
export class AgentEntryConfig {
  @Text() id!: string;
  @Opt() @Bool() default?: boolean;
  @Opt() @Str() name?: string;
  @Opt() @Text() workspace?: string;
  /** Skills that this agent may use, instead of `agents.defaults.skills`. */
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

/** Section `agents`. */
export class AgentsConfig {
  @Opt() @Nested(() => AgentDefaultsConfig) defaults?: AgentDefaultsConfig;
  @Opt() @NestedList(() => AgentEntryConfig) list?: AgentEntryConfig[];
}
