import {
  Bool,
  Doc,
  Int,
  MapOf,
  Nested,
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

type DmPolicy = 'pairing' | 'allowlist' | 'open' | 'disabled';
type GroupPolicy = 'open' | 'disabled' | 'allowlist';

export class DiscordDmConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @OneOf(['pairing', 'allowlist', 'open', 'disabled']) policy?: DmPolicy;
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @Bool() groupEnabled?: boolean;
  @Opt() @IdList() groupChannels?: (string | number)[];
}

export class DiscordChannelConfig {
  @Opt() @Bool() allow?: boolean;
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Bool() requireMention?: boolean;
  @Opt() @Obj() tools?: Record<string, unknown>;
  @Opt() @Obj() toolsBySender?: Record<string, unknown>;
  @Opt() @StrList() skills?: string[];
  @Opt() @IdList() users?: (string | number)[];
  @Opt() @Str() systemPrompt?: string;
  /** Each answered message gets a thread of its own. */
  @Opt() @Bool() autoThread?: boolean;
}

export class DiscordGuildConfig {
  @Opt() @Str() slug?: string;
  @Opt() @Bool() requireMention?: boolean;
  @Opt() @Obj() tools?: Record<string, unknown>;
  @Opt() @Obj() toolsBySender?: Record<string, unknown>;
  @Opt() @OneOf(['off', 'own', 'all', 'allowlist']) reactionNotifications?: 'off' | 'own' | 'all' | 'allowlist';
  @Opt() @IdList() users?: (string | number)[];
  @Opt() @MapOf(() => DiscordChannelConfig) channels?: Record<string, DiscordChannelConfig>;
}

class DiscordIntentsConfig {
  @Opt() @Bool() presence?: boolean;
  @Opt() @Bool() guildMembers?: boolean;
}

class DiscordApprovalsConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @IdList() approvers?: (string | number)[];
  @Opt() @StrList() agentFilter?: string[];
  @Opt() @StrList() sessionFilter?: string[];
}

class DiscordCommandsConfig {
  @Opt() @OneOf([true, false, 'auto']) native?: boolean | 'auto';
  @Opt() @OneOf([true, false, 'auto']) nativeSkills?: boolean | 'auto';
}

/** Keys of one Discord account. */
export class DiscordAccountConfig {
  @Opt() @Str() name?: string;
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() token?: string;
  /** Base URL of another API server. */
  @Opt() @Text() apiRoot?: string;
  @Opt() @OneOf([true, false, 'mentions']) allowBots?: boolean | 'mentions';
  @Opt() @Nested(() => BotLoopProtectionConfig) botLoopProtection?: BotLoopProtectionConfig;
  @Opt() @OneOf(['pairing', 'allowlist', 'open', 'disabled']) dmPolicy?: DmPolicy;
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @OneOf(['open', 'disabled', 'allowlist']) groupPolicy?: GroupPolicy;
  @Opt() @Nested(() => DiscordDmConfig) dm?: DiscordDmConfig;
  @Opt() @MapOf(() => DiscordGuildConfig) guilds?: Record<string, DiscordGuildConfig>;
  @Opt()
  @Bool()
  @Doc('Whether the platform may fetch links in messages to show a preview; off by default.')
  linkPreview?: boolean;
  @Opt() @Int({ min: 1 }) maxLinesPerMessage?: number;
  @Opt() @Num({ min: 0 }) mediaMaxMb?: number;
  @Opt() @Int({ min: 1, max: 2000 }) textChunkLimit?: number;
  @Opt() @OneOf(['length', 'newline']) chunkMode?: 'length' | 'newline';
  @Opt() @Bool() blockStreaming?: boolean;
  @Opt() @Obj() blockStreamingCoalesce?: Record<string, unknown>;
  @Opt() @OneOf(['off', 'partial', 'block']) streamMode?: 'off' | 'partial' | 'block';
  @Opt() @Obj() streaming?: Record<string, unknown>;
  @Opt() @Int({ min: 0 }) historyLimit?: number;
  @Opt() @Int({ min: 0 }) dmHistoryLimit?: number;
  @Opt() @Obj() dms?: Record<string, unknown>;
  @Opt() @Obj() retry?: Record<string, unknown>;
  @Opt() @Obj() actions?: Record<string, unknown>;
  @Opt() @OneOf(['off', 'first', 'all']) replyToMode?: 'off' | 'first' | 'all';
  @Opt() @Nested(() => DiscordApprovalsConfig) execApprovals?: DiscordApprovalsConfig;
  @Opt() @Nested(() => DiscordIntentsConfig) intents?: DiscordIntentsConfig;
  @Opt() @Nested(() => DiscordCommandsConfig) commands?: DiscordCommandsConfig;
  /** What the bot shows as its state. */
  @Opt() @OneOf(['online', 'idle', 'dnd', 'invisible']) status?: 'online' | 'idle' | 'dnd' | 'invisible';
  @Opt() @Str({ max: 128 }) activity?: string;
  @Opt() @Bool() configWrites?: boolean;
  @Opt() @Obj() heartbeat?: Record<string, unknown>;
  @Opt() @Obj() markdown?: Record<string, unknown>;
}

/** Section `channels.discord`: the keys of the default account, and further accounts. */
export class DiscordConfig extends DiscordAccountConfig {
  @Opt() @MapOf(() => DiscordAccountConfig) accounts?: Record<string, DiscordAccountConfig>;
  @Opt() @Text() defaultAccount?: string;
}
