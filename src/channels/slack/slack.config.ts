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
type ReplyMode = 'off' | 'first' | 'all';

export class SlackDmConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @OneOf(['pairing', 'allowlist', 'open', 'disabled']) policy?: DmPolicy;
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @Bool() groupEnabled?: boolean;
  @Opt() @IdList() groupChannels?: (string | number)[];
  @Opt() @OneOf(['off', 'first', 'all']) replyToMode?: ReplyMode;
}

export class SlackChannelConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Bool() allow?: boolean;
  @Opt() @Bool() requireMention?: boolean;
  @Opt() @Obj() tools?: Record<string, unknown>;
  @Opt() @Obj() toolsBySender?: Record<string, unknown>;
  @Opt() @OneOf([true, false, 'mentions']) allowBots?: boolean | 'mentions';
  @Opt() @Nested(() => BotLoopProtectionConfig) botLoopProtection?: BotLoopProtectionConfig;
  @Opt() @IdList() users?: (string | number)[];
  @Opt() @StrList() skills?: string[];
  @Opt() @Str() systemPrompt?: string;
}

class SlackReplyModesConfig {
  @Opt() @OneOf(['off', 'first', 'all']) direct?: ReplyMode;
  @Opt() @OneOf(['off', 'first', 'all']) group?: ReplyMode;
  @Opt() @OneOf(['off', 'first', 'all']) channel?: ReplyMode;
}

class SlackThreadConfig {
  @Opt() @OneOf(['thread', 'channel']) historyScope?: 'thread' | 'channel';
  @Opt() @Bool() inheritParent?: boolean;
}

class SlackSlashConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Str() name?: string;
  @Opt() @Str() sessionPrefix?: string;
  @Opt() @Bool() ephemeral?: boolean;
}

/** Keys of one Slack account. */
export class SlackAccountConfig {
  @Opt() @Str() name?: string;
  @Opt() @Bool() enabled?: boolean;
  @Opt() @OneOf(['socket', 'http']) mode?: 'socket' | 'http';
  @Opt() @Text() signingSecret?: string;
  @Opt() @Text() webhookPath?: string;
  @Opt() @Text() botToken?: string;
  @Opt() @Text() appToken?: string;
  @Opt() @Text() userToken?: string;
  @Opt() @Bool() userTokenReadOnly?: boolean;
  /** Base URL of another API server. */
  @Opt() @Text() apiRoot?: string;
  @Opt() @OneOf([true, false, 'mentions']) allowBots?: boolean | 'mentions';
  @Opt() @Nested(() => BotLoopProtectionConfig) botLoopProtection?: BotLoopProtectionConfig;
  @Opt() @Bool() requireMention?: boolean;
  @Opt() @OneOf(['pairing', 'allowlist', 'open', 'disabled']) dmPolicy?: DmPolicy;
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @OneOf(['open', 'disabled', 'allowlist']) groupPolicy?: GroupPolicy;
  @Opt() @Nested(() => SlackDmConfig) dm?: SlackDmConfig;
  @Opt() @MapOf(() => SlackChannelConfig) channels?: Record<string, SlackChannelConfig>;
  @Opt() @OneOf(['off', 'first', 'all']) replyToMode?: ReplyMode;
  @Opt() @Nested(() => SlackReplyModesConfig) replyToModeByChatType?: SlackReplyModesConfig;
  @Opt() @Nested(() => SlackThreadConfig) thread?: SlackThreadConfig;
  @Opt() @OneOf(['off', 'own', 'all', 'allowlist']) reactionNotifications?: 'off' | 'own' | 'all' | 'allowlist';
  @Opt() @IdList() reactionAllowlist?: (string | number)[];
  @Opt() @Obj() actions?: Record<string, unknown>;
  @Opt() @Nested(() => SlackSlashConfig) slashCommand?: SlackSlashConfig;
  @Opt() @Num({ min: 0 }) mediaMaxMb?: number;
  @Opt() @Int({ min: 1, max: 12_000 }) textChunkLimit?: number;
  @Opt() @OneOf(['length', 'newline']) chunkMode?: 'length' | 'newline';
  @Opt()
  @Bool()
  @Doc('Whether the platform may fetch links in messages to show a preview; off by default.')
  linkPreview?: boolean;
  @Opt() @Bool() blockStreaming?: boolean;
  @Opt() @Obj() blockStreamingCoalesce?: Record<string, unknown>;
  @Opt() @OneOf(['off', 'partial', 'block']) streamMode?: 'off' | 'partial' | 'block';
  @Opt() @Obj() streaming?: Record<string, unknown>;
  @Opt() @Int({ min: 0 }) historyLimit?: number;
  @Opt() @Int({ min: 0 }) dmHistoryLimit?: number;
  @Opt() @Obj() dms?: Record<string, unknown>;
  @Opt() @Obj() commands?: Record<string, unknown>;
  @Opt() @Bool() configWrites?: boolean;
  @Opt() @Obj() heartbeat?: Record<string, unknown>;
  @Opt() @Obj() markdown?: Record<string, unknown>;
}

/** Section `channels.slack`: the keys of the default account, and further accounts. */
export class SlackConfig extends SlackAccountConfig {
  @Opt() @MapOf(() => SlackAccountConfig) accounts?: Record<string, SlackAccountConfig>;
  @Opt() @Text() defaultAccount?: string;
}
