import { Streaming, type StreamingWish } from '../stream-mode.config';
import { Bool, Int, MapOf, Nested, Num, Obj, OneOf, Opt, Str, StrList, Text } from '../../common/validation/fields';
import { IdList } from '../../common/validation/id-list';
import { BotLoopProtectionConfig } from '../bots/bot-loop.config';
import { DM_HISTORY_MEANING, DMS_MEANING, DirectHistoryConfig } from '../direct-history.config';
import { idle, Keys } from '../../common/validation/keys';

type DmPolicy = 'pairing' | 'allowlist' | 'open' | 'disabled';
type GroupPolicy = 'open' | 'disabled' | 'allowlist';
type ReplyMode = 'off' | 'first' | 'all';

@Keys<SlackDmConfig>({
  enabled: ['Whether direct messages are heard.', true],
  policy: 'Older spelling of dmPolicy.',
  allowFrom: 'Older place of allowFrom.',
  groupEnabled: ['Whether group chats are heard.', false],
  groupChannels: 'Group chats that are heard, by id or name.',
  replyToMode: 'Whether answers to direct messages begin a thread.',
})
export class SlackDmConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @OneOf(['pairing', 'allowlist', 'open', 'disabled']) policy?: DmPolicy;
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @Bool() groupEnabled?: boolean;
  @Opt() @IdList() groupChannels?: (string | number)[];
  @Opt() @OneOf(['off', 'first', 'all']) replyToMode?: ReplyMode;
}

@Keys<SlackChannelConfig>({
  enabled: ['Whether the channel is heard.', true],
  allow: 'Older spelling of enabled.',
  requireMention: 'Whether messages must name the assistant.',
  tools: 'Which tools there are in the channel: allow, alsoAllow, deny.',
  toolsBySender: 'The same for single senders, by id; "*": all others.',
  allowBots: 'Whether other bots are answered here.',
  botLoopProtection: 'How long other bots are answered without a person among them.',
  users: 'Who may write in the channel, by id.',
  skills: 'Skills that may be used in the channel.',
  systemPrompt: 'Instructions for conversations in the channel.',
})
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

@Keys<SlackReplyModesConfig>({
  direct: 'In direct messages.',
  group: 'In group chats.',
  channel: 'In channels.',
})
class SlackReplyModesConfig {
  @Opt() @OneOf(['off', 'first', 'all']) direct?: ReplyMode;
  @Opt() @OneOf(['off', 'first', 'all']) group?: ReplyMode;
  @Opt() @OneOf(['off', 'first', 'all']) channel?: ReplyMode;
}

@Keys<SlackThreadConfig>({
  historyScope: ['Whether a thread is a conversation of its own or part of its channel’s.', 'thread'],
  initialHistoryLimit: ['How many messages of a thread are shown when the assistant is first named in it.', 20],
  inheritParent: idle('Whether a thread begins with the conversation of its channel.'),
})
class SlackThreadConfig {
  @Opt() @OneOf(['thread', 'channel']) historyScope?: 'thread' | 'channel';
  @Opt() @Int({ min: 0, max: 1000 }) initialHistoryLimit?: number;
  @Opt() @Bool() inheritParent?: boolean;
}

@Keys<SlackSlashConfig>({
  enabled: idle('Whether the slash command is answered; it always is.'),
  name: ['Name of the slash command.', 'openclaw'],
  sessionPrefix: idle('Beginning of the keys of its sessions.'),
  ephemeral: ['Whether only who gave the command sees the answer.', true],
})
class SlackSlashConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Str() name?: string;
  @Opt() @Str() sessionPrefix?: string;
  @Opt() @Bool() ephemeral?: boolean;
}

/** Keys of one Slack account. */
@Keys<SlackAccountConfig>({
  name: 'What the account is called in lists.',
  enabled: ['Whether the account runs.', true],
  mode: ['Whether the gateway opens a socket to Slack, or Slack calls the gateway.', 'socket'],
  signingSecret: 'Slack signs its calls with it; needed for the mode "http".',
  webhookPath: ['Path on which the calls come.', '/slack/events'],
  botToken: 'Token of the bot (xoxb-); SLACK_BOT_TOKEN otherwise.',
  appToken: 'Token of the app (xapp-), for the mode "socket"; SLACK_APP_TOKEN otherwise.',
  userToken: 'Token of a person (xoxp-), for what a bot may not read.',
  userTokenReadOnly: idle('Whether that token is used for reading only.'),
  apiRoot: ['Address of another API server.', 'https://slack.com'],
  allowBots: ['Whether other bots are answered: all, or those that name the assistant.', false],
  botLoopProtection: 'How long other bots are answered without a person among them.',
  requireMention: ['Whether messages in channels must name the assistant.', true],
  dmPolicy: ['Who may write directly: "pairing" asks you about strangers first.', 'pairing'],
  allowFrom: 'Who may write directly, by id; "*": everybody.',
  groupPolicy: ['Which channels are heard.', 'allowlist'],
  dm: 'Direct messages and group chats.',
  channels: 'Channels, by id or name; "*" holds for all others.',
  replyToMode: ['Whether answers begin a thread.', 'off'],
  replyToModeByChatType: 'The same by kind of chat.',
  thread: 'Threads.',
  reactionNotifications: ['Whose reactions the assistant is told of.', 'own'],
  reactionAllowlist: 'People whose reactions it is told of, for "allowlist".',
  actions: 'What the assistant may do besides answering: groups of actions with true or false.',
  slashCommand: 'A command of one’s own that Slack offers.',
  mediaMaxMb: ['Largest file that is fetched, in megabytes.', 20],
  textChunkLimit: ['Most characters of a message; longer answers are split.', 4000],
  chunkMode: idle(
    'How long answers are split; they are between paragraphs wherever that is possible, as "newline" asks.',
  ),
  linkPreview: ['Whether the platform may fetch links in messages to show a preview.', false],
  blockStreaming: 'Whether long answers are sent in blocks.',
  blockStreamingCoalesce: 'minChars, maxChars, idleMs: how blocks are gathered.',
  streamMode: ['What is seen of an answer while it is written.', 'partial'],
  streaming: 'Newer spelling of streamMode: a mode, { mode }, or true or false.',
  historyLimit: 'Most earlier messages of a channel that the model is shown.',
  dmHistoryLimit: DM_HISTORY_MEANING,
  dms: DMS_MEANING,
  commands: idle('Commands that are set at Slack.'),
  configWrites: ['Whether the configuration may be changed from chats of the account.', true],
  heartbeat: idle('What chats see of heartbeats.'),
  markdown: idle('How tables are written.'),
})
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
  linkPreview?: boolean;
  @Opt() @Bool() blockStreaming?: boolean;
  @Opt() @Obj() blockStreamingCoalesce?: Record<string, unknown>;
  @Opt() @OneOf(['off', 'partial', 'block']) streamMode?: 'off' | 'partial' | 'block';
  @Opt() @Streaming() streaming?: StreamingWish;
  @Opt() @Int({ min: 0 }) historyLimit?: number;
  @Opt() @Int({ min: 0 }) dmHistoryLimit?: number;
  @Opt() @MapOf(() => DirectHistoryConfig) dms?: Record<string, DirectHistoryConfig>;
  @Opt() @Obj() commands?: Record<string, unknown>;
  @Opt() @Bool() configWrites?: boolean;
  @Opt() @Obj() heartbeat?: Record<string, unknown>;
  @Opt() @Obj() markdown?: Record<string, unknown>;
}

/** Section `channels.slack`: the keys of the default account, and further accounts. */
@Keys<Omit<SlackConfig, keyof SlackAccountConfig>>({
  accounts: 'Further accounts, by name.',
  defaultAccount: ['Account that is used where none is named.', 'default'],
})
export class SlackConfig extends SlackAccountConfig {
  @Opt() @MapOf(() => SlackAccountConfig) accounts?: Record<string, SlackAccountConfig>;
  @Opt() @Text() defaultAccount?: string;
}
