import {
  Any,
  Bool,
  Doc,
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
} from '../../common/validation/fields';
import { IdList } from '../../common/validation/id-list';
import { BotLoopProtectionConfig } from '../bots/bot-loop.config';

export const DM_POLICIES = ['pairing', 'allowlist', 'open', 'disabled'] as const;
export type DmPolicy = (typeof DM_POLICIES)[number];

class TelegramTopicConfig {
  @Opt() @Bool() requireMention?: boolean;
  @Opt() @StrList() skills?: string[];
  @Opt() @Bool() enabled?: boolean;
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @Str() systemPrompt?: string;
}

export class TelegramGroupConfig {
  @Opt() @Bool() requireMention?: boolean;
  @Opt() @Obj() tools?: Record<string, unknown>;
  @Opt() @Obj() toolsBySender?: Record<string, unknown>;
  @Opt() @StrList() skills?: string[];
  @Opt() @Bool() enabled?: boolean;
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @Str() systemPrompt?: string;
  @Opt() @MapOf(() => TelegramTopicConfig) topics?: Record<string, TelegramTopicConfig>;
}

class DraftChunkConfig {
  @Opt() @Int({ min: 1 }) minChars?: number;
  @Opt() @Int({ min: 1 }) maxChars?: number;
  @Opt() @OneOf(['paragraph', 'newline', 'sentence']) breakPreference?: 'paragraph' | 'newline' | 'sentence';
}

export class TelegramRetryConfig {
  @Opt() @Int({ min: 1 }) attempts?: number;
  @Opt() @Int({ min: 0 }) minDelayMs?: number;
  @Opt() @Int({ min: 0 }) maxDelayMs?: number;
  @Opt() @Num({ min: 0, max: 1 }) jitter?: number;
}

class TelegramNetworkConfig {
  @Opt() @Bool() autoSelectFamily?: boolean;
}

class TelegramActionsConfig {
  @Opt() @Bool() reactions?: boolean;
  @Opt() @Bool() sendMessage?: boolean;
  @Opt() @Bool() deleteMessage?: boolean;
  @Opt() @Bool() sticker?: boolean;
}

class TelegramCustomCommandConfig {
  @Text() command!: string;
  @Text() description!: string;
}

class TelegramCommandsConfig {
  @Opt() @OneOf([true, false, 'auto']) native?: boolean | 'auto';
  @Opt() @OneOf([true, false, 'auto']) nativeSkills?: boolean | 'auto';
}

class HistoryLimitConfig {
  @Opt() @Int({ min: 0 }) historyLimit?: number;
}

/** Keys of one Telegram account. */
export class TelegramAccountConfig {
  @Opt() @Str() name?: string;
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() botToken?: string;
  @Opt() @Text() tokenFile?: string;
  /** Base URL of another Bot API server. */
  @Opt() @Text() apiRoot?: string;
  @Opt() @OneOf([true, false, 'mentions']) allowBots?: boolean | 'mentions';
  @Opt() @Nested(() => BotLoopProtectionConfig) botLoopProtection?: BotLoopProtectionConfig;
  @Opt() @OneOf(DM_POLICIES) dmPolicy?: DmPolicy;
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @IdList() groupAllowFrom?: (string | number)[];
  @Opt() @OneOf(['open', 'disabled', 'allowlist']) groupPolicy?: 'open' | 'disabled' | 'allowlist';
  @Opt() @MapOf(() => TelegramGroupConfig) groups?: Record<string, TelegramGroupConfig>;
  @Opt() @OneOf(['off', 'first', 'all']) replyToMode?: 'off' | 'first' | 'all';
  @Opt() @Int({ min: 1, max: 4096 }) textChunkLimit?: number;
  @Opt() @OneOf(['length', 'newline']) chunkMode?: 'length' | 'newline';
  @Opt() @OneOf(['off', 'partial', 'block']) streamMode?: 'off' | 'partial' | 'block';
  @Opt() @Obj() streaming?: Record<string, unknown>;
  @Opt() @Nested(() => DraftChunkConfig) draftChunk?: DraftChunkConfig;
  @Opt() @Bool() blockStreaming?: boolean;
  @Opt() @Obj() blockStreamingCoalesce?: Record<string, unknown>;
  @Opt() @Int({ min: 0 }) historyLimit?: number;
  @Opt() @Int({ min: 0 }) dmHistoryLimit?: number;
  @Opt() @MapOf(() => HistoryLimitConfig) dms?: Record<string, HistoryLimitConfig>;
  @Opt() @Num({ min: 0 }) mediaMaxMb?: number;
  @Opt() @Int({ min: 1 }) timeoutSeconds?: number;
  @Opt() @Nested(() => TelegramRetryConfig) retry?: TelegramRetryConfig;
  @Opt() @Nested(() => TelegramNetworkConfig) network?: TelegramNetworkConfig;
  @Opt() @Text() proxy?: string;
  @Opt() @Text() webhookUrl?: string;
  @Opt() @Text() webhookSecret?: string;
  @Opt() @Text() webhookPath?: string;
  @Opt() @Nested(() => TelegramActionsConfig) actions?: TelegramActionsConfig;
  @Opt() @OneOf(['off', 'own', 'all']) reactionNotifications?: 'off' | 'own' | 'all';
  @Opt() @OneOf(['off', 'ack', 'minimal', 'extensive']) reactionLevel?: 'off' | 'ack' | 'minimal' | 'extensive';
  @Opt() @Any() capabilities?: string[] | Record<string, unknown>;
  @Opt() @NestedList(() => TelegramCustomCommandConfig) customCommands?: TelegramCustomCommandConfig[];
  @Opt() @Nested(() => TelegramCommandsConfig) commands?: TelegramCommandsConfig;
  @Opt()
  @Bool()
  @Doc('Whether the platform may fetch links in messages to show a preview; off by default.')
  linkPreview?: boolean;
  @Opt() @Bool() configWrites?: boolean;
  @Opt() @Obj() heartbeat?: Record<string, unknown>;
  @Opt() @Obj() markdown?: Record<string, unknown>;
}

/** Section `channels.telegram`: the keys of the default account, and further accounts. */
export class TelegramConfig extends TelegramAccountConfig {
  @Opt() @MapOf(() => TelegramAccountConfig) accounts?: Record<string, TelegramAccountConfig>;
  @Opt() @Text() defaultAccount?: string;
}
