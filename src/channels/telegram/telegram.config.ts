import { Streaming, type StreamingWish } from '../stream-mode.config';
import {
  Any,
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
} from '../../common/validation/fields';
import { IdList } from '../../common/validation/id-list';
import { BotLoopProtectionConfig } from '../bots/bot-loop.config';
import { DM_HISTORY_MEANING, DMS_MEANING, DirectHistoryConfig } from '../direct-history.config';
import { idle, Keys } from '../../common/validation/keys';

export const DM_POLICIES = ['pairing', 'allowlist', 'open', 'disabled'] as const;
export type DmPolicy = (typeof DM_POLICIES)[number];

@Keys<TelegramTopicConfig>({
  requireMention: 'Whether messages in the topic must name the assistant.',
  skills: 'Skills that may be used in the topic.',
  enabled: ['Whether the topic is heard.', true],
  allowFrom: 'Who may write in the topic, by id.',
  systemPrompt: 'Instructions for conversations in the topic.',
})
class TelegramTopicConfig {
  @Opt() @Bool() requireMention?: boolean;
  @Opt() @StrList() skills?: string[];
  @Opt() @Bool() enabled?: boolean;
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @Str() systemPrompt?: string;
}

@Keys<TelegramGroupConfig>({
  requireMention: ['Whether messages in the group must name the assistant.', true],
  tools: 'Which tools there are in the group: allow, alsoAllow, deny.',
  toolsBySender: 'The same for single senders, by id; "*": all others.',
  skills: 'Skills that may be used in the group.',
  enabled: ['Whether the group is heard.', true],
  allowFrom: 'Who may write in the group, by id.',
  systemPrompt: 'Instructions for conversations in the group.',
  topics: 'Topics of the group, by number.',
})
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

@Keys<DraftChunkConfig>({
  minChars: ['Fewest characters of a block.', 800],
  maxChars: ['Most characters of a block.', 1200],
  breakPreference: ['Where a block ends, if there is such a place.', 'paragraph'],
})
class DraftChunkConfig {
  @Opt() @Int({ min: 1 }) minChars?: number;
  @Opt() @Int({ min: 1 }) maxChars?: number;
  @Opt() @OneOf(['paragraph', 'newline', 'sentence']) breakPreference?: 'paragraph' | 'newline' | 'sentence';
}

@Keys<TelegramRetryConfig>({
  attempts: idle(
    'How often a message is tried; no number ends it here: each is tried until its end is known, for a day.',
  ),
  minDelayMs: ['Wait after the first failure, in milliseconds; each further one doubles it.', 400],
  maxDelayMs: 'Longest wait, in milliseconds; what Telegram asks for holds in any case.',
  jitter: ['Share of a wait that is left to chance.', 0.25],
})
export class TelegramRetryConfig {
  @Opt() @Int({ min: 1 }) attempts?: number;
  @Opt() @Int({ min: 0 }) minDelayMs?: number;
  @Opt() @Int({ min: 0 }) maxDelayMs?: number;
  @Opt() @Num({ min: 0, max: 1 }) jitter?: number;
}

@Keys<TelegramNetworkConfig>({
  autoSelectFamily: 'Whether IPv4 and IPv6 are tried side by side.',
})
class TelegramNetworkConfig {
  @Opt() @Bool() autoSelectFamily?: boolean;
}

@Keys<TelegramActionsConfig>({
  reactions: 'Whether the assistant may react to messages.',
  sendMessage: 'Whether the assistant may send messages by its tool.',
  deleteMessage: 'Whether the assistant may delete messages.',
  sticker: 'Whether the assistant may send stickers.',
})
class TelegramActionsConfig {
  @Opt() @Bool() reactions?: boolean;
  @Opt() @Bool() sendMessage?: boolean;
  @Opt() @Bool() deleteMessage?: boolean;
  @Opt() @Bool() sticker?: boolean;
}

@Keys<TelegramCustomCommandConfig>({
  command: 'Name in the menu, without the slash.',
  description: 'What the menu says about it.',
})
class TelegramCustomCommandConfig {
  @Text() command!: string;
  @Text() description!: string;
}

@Keys<TelegramCommandsConfig>({
  native: ['Whether the menu of commands is set.', 'auto'],
  nativeSkills: ['Whether the menu holds skills as well.', 'auto'],
})
class TelegramCommandsConfig {
  @Opt() @OneOf([true, false, 'auto']) native?: boolean | 'auto';
  @Opt() @OneOf([true, false, 'auto']) nativeSkills?: boolean | 'auto';
}

/** Keys of one Telegram account. */
@Keys<TelegramAccountConfig>({
  name: 'What the account is called in lists.',
  enabled: ['Whether the account runs.', true],
  botToken: 'Token of the bot, from @BotFather; TELEGRAM_BOT_TOKEN otherwise.',
  tokenFile: 'File that holds the token.',
  apiRoot: ['Address of another server of the Bot API.', 'https://api.telegram.org'],
  allowBots: ['Whether other bots are answered: all, or those that name the assistant.', false],
  botLoopProtection: 'How long other bots are answered without a person among them.',
  dmPolicy: ['Who may write directly: "pairing" asks you about strangers first.', 'pairing'],
  allowFrom: 'Who may write directly, by id; "*": everybody.',
  groupAllowFrom: 'Who may write in groups, by id; without it allowFrom.',
  groupPolicy: ['Which groups are heard.', 'allowlist'],
  groups: 'Groups, by id; "*" holds for all others.',
  replyToMode: ['Whether answers quote the message that they are for.', 'off'],
  textChunkLimit: ['Most characters of a message; longer answers are split.', 4000],
  chunkMode: idle(
    'How long answers are split; they are between paragraphs wherever that is possible, as "newline" asks.',
  ),
  streamMode: ['What is seen of an answer while it is written.', 'partial'],
  streaming: 'Newer spelling of streamMode: a mode, { mode }, or true or false.',
  draftChunk: 'Size of the blocks of streamMode "block".',
  blockStreaming: 'Whether long answers are sent in blocks.',
  blockStreamingCoalesce: 'minChars, maxChars, idleMs: how blocks are gathered.',
  historyLimit: 'Most earlier messages of a group that the model is shown.',
  dmHistoryLimit: DM_HISTORY_MEANING,
  dms: DMS_MEANING,
  mediaMaxMb: ['Largest file that is fetched, in megabytes.', 5],
  timeoutSeconds: 'Seconds after which a call of the Bot API is given up.',
  retry: 'How soon messages that could not be delivered are tried again.',
  network: 'How the Bot API is reached.',
  proxy: 'Proxy to the Bot API: an http(s) address.',
  webhookUrl: 'Address at which Telegram calls the gateway; without it the gateway asks.',
  webhookSecret: 'Telegram sends it with each call; without it one is made from the token.',
  webhookPath: ['Path on which the calls come.', '/telegram-webhook'],
  actions: 'What the assistant may do besides answering.',
  reactionNotifications: ['Whose reactions the assistant is told of: none, those to its messages, or all.', 'own'],
  reactionLevel:
    'Which reactions come by themselves: none, the signs of messages.ackReaction, or also few ("minimal") or many ("extensive") of the assistant’s own; without it the assistant decides.',
  capabilities: 'What clients show, such as inlineButtons.',
  customCommands: 'Further entries of the menu of commands.',
  commands: 'The menu of commands.',
  linkPreview: ['Whether the platform may fetch links in messages to show a preview.', false],
  configWrites: ['Whether the configuration may be changed from chats of the account.', true],
  heartbeat: idle('What chats see of heartbeats.'),
  markdown: idle('How tables are written.'),
})
export class TelegramAccountConfig {
  @Opt() @Str() name?: string;
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() botToken?: string;
  @Opt() @Text() tokenFile?: string;
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
  @Opt() @Streaming() streaming?: StreamingWish;
  @Opt() @Nested(() => DraftChunkConfig) draftChunk?: DraftChunkConfig;
  @Opt() @Bool() blockStreaming?: boolean;
  @Opt() @Obj() blockStreamingCoalesce?: Record<string, unknown>;
  @Opt() @Int({ min: 0 }) historyLimit?: number;
  @Opt() @Int({ min: 0 }) dmHistoryLimit?: number;
  @Opt() @MapOf(() => DirectHistoryConfig) dms?: Record<string, DirectHistoryConfig>;
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
  linkPreview?: boolean;
  @Opt() @Bool() configWrites?: boolean;
  @Opt() @Obj() heartbeat?: Record<string, unknown>;
  @Opt() @Obj() markdown?: Record<string, unknown>;
}

/** Section `channels.telegram`: the keys of the default account, and further accounts. */
@Keys<Omit<TelegramConfig, keyof TelegramAccountConfig>>({
  accounts: 'Further accounts, by name.',
  defaultAccount: ['Account that is used where none is named.', 'default'],
})
export class TelegramConfig extends TelegramAccountConfig {
  @Opt() @MapOf(() => TelegramAccountConfig) accounts?: Record<string, TelegramAccountConfig>;
  @Opt() @Text() defaultAccount?: string;
}
