import { Streaming, type StreamingWish } from '../stream-mode.config';
import { Bool, Int, MapOf, Nested, Num, Obj, OneOf, Opt, Str, StrList, Text } from '../../common/validation/fields';
import { IdList } from '../../common/validation/id-list';
import { BotLoopProtectionConfig } from '../bots/bot-loop.config';
import { DM_HISTORY_MEANING, DMS_MEANING, DirectHistoryConfig } from '../direct-history.config';
import { idle, Keys } from '../../common/validation/keys';

type DmPolicy = 'pairing' | 'allowlist' | 'open' | 'disabled';
type GroupPolicy = 'open' | 'disabled' | 'allowlist';

@Keys<DiscordDmConfig>({
  enabled: ['Whether direct messages are heard.', true],
  policy: 'Older spelling of dmPolicy.',
  allowFrom: 'Older place of allowFrom.',
  groupEnabled: ['Whether group chats outside of servers are heard.', false],
  groupChannels: 'Group chats that are heard, by id or name.',
})
export class DiscordDmConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @OneOf(['pairing', 'allowlist', 'open', 'disabled']) policy?: DmPolicy;
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @Bool() groupEnabled?: boolean;
  @Opt() @IdList() groupChannels?: (string | number)[];
}

@Keys<DiscordChannelConfig>({
  allow: 'Older spelling of enabled.',
  enabled: ['Whether the channel is heard.', true],
  requireMention: 'Whether messages must name the assistant.',
  tools: 'Which tools there are in the channel: allow, alsoAllow, deny.',
  toolsBySender: 'The same for single senders, by id; "*": all others.',
  skills: 'Skills that may be used in the channel.',
  users: 'Who may write in the channel, by id.',
  systemPrompt: 'Instructions for conversations in the channel.',
  autoThread: ['Whether each answered message gets a thread of its own.', false],
})
export class DiscordChannelConfig {
  @Opt() @Bool() allow?: boolean;
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Bool() requireMention?: boolean;
  @Opt() @Obj() tools?: Record<string, unknown>;
  @Opt() @Obj() toolsBySender?: Record<string, unknown>;
  @Opt() @StrList() skills?: string[];
  @Opt() @IdList() users?: (string | number)[];
  @Opt() @Str() systemPrompt?: string;
  @Opt() @Bool() autoThread?: boolean;
}

@Keys<DiscordGuildConfig>({
  slug: 'Name of the server, for finding this entry by it.',
  requireMention: ['Whether messages must name the assistant.', true],
  tools: 'Which tools there are on the server: allow, alsoAllow, deny.',
  toolsBySender: 'The same for single senders, by id; "*": all others.',
  reactionNotifications: ['Whose reactions the assistant is told of.', 'own'],
  users: 'Who may write on the server, by id.',
  channels: 'Channels of the server, by id or name.',
})
export class DiscordGuildConfig {
  @Opt() @Str() slug?: string;
  @Opt() @Bool() requireMention?: boolean;
  @Opt() @Obj() tools?: Record<string, unknown>;
  @Opt() @Obj() toolsBySender?: Record<string, unknown>;
  @Opt() @OneOf(['off', 'own', 'all', 'allowlist']) reactionNotifications?: 'off' | 'own' | 'all' | 'allowlist';
  @Opt() @IdList() users?: (string | number)[];
  @Opt() @MapOf(() => DiscordChannelConfig) channels?: Record<string, DiscordChannelConfig>;
}

@Keys<DiscordIntentsConfig>({
  presence: ['Asks Discord for the state of people; it must be allowed for the bot there.', false],
  guildMembers: ['Asks Discord for lists of members; it must be allowed for the bot there.', false],
})
class DiscordIntentsConfig {
  @Opt() @Bool() presence?: boolean;
  @Opt() @Bool() guildMembers?: boolean;
}

@Keys<DiscordApprovalsConfig>({
  enabled: idle('Requests for approval in chats of Discord; use approvals.exec.'),
  approvers: idle('Who may decide; owners of the gateway do, and nobody else.'),
  agentFilter: idle('Agents whose requests are told.'),
  sessionFilter: idle('Sessions whose requests are told.'),
})
class DiscordApprovalsConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @IdList() approvers?: (string | number)[];
  @Opt() @StrList() agentFilter?: string[];
  @Opt() @StrList() sessionFilter?: string[];
}

@Keys<DiscordCommandsConfig>({
  native: ['Whether commands are set at Discord.', 'auto'],
  nativeSkills: ['Whether they hold skills as well.', 'auto'],
})
class DiscordCommandsConfig {
  @Opt() @OneOf([true, false, 'auto']) native?: boolean | 'auto';
  @Opt() @OneOf([true, false, 'auto']) nativeSkills?: boolean | 'auto';
}

/** Keys of one Discord account. */
@Keys<DiscordAccountConfig>({
  name: 'What the account is called in lists.',
  enabled: ['Whether the account runs.', true],
  token: 'Token of the bot; DISCORD_BOT_TOKEN otherwise.',
  apiRoot: ['Address of another API server.', 'https://discord.com'],
  allowBots: ['Whether other bots are answered: all, or those that name the assistant.', false],
  botLoopProtection: 'How long other bots are answered without a person among them.',
  dmPolicy: ['Who may write directly: "pairing" asks you about strangers first.', 'pairing'],
  allowFrom: 'Who may write directly, by id; "*": everybody.',
  groupPolicy: ['Which servers and channels are heard.', 'allowlist'],
  dm: 'Direct messages and group chats.',
  guilds: 'Servers, by id or name; "*" holds for all others.',
  linkPreview: ['Whether the platform may fetch links in messages to show a preview.', false],
  maxLinesPerMessage: ['Most lines of a message; longer answers are split.', 17],
  mediaMaxMb: ['Largest file that is fetched, in megabytes.', 8],
  textChunkLimit: ['Most characters of a message; longer answers are split.', 2000],
  chunkMode: idle(
    'How long answers are split; they are between paragraphs wherever that is possible, as "newline" asks.',
  ),
  blockStreaming: 'Whether long answers are sent in blocks.',
  blockStreamingCoalesce: 'minChars, maxChars, idleMs: how blocks are gathered.',
  streamMode: ['What is seen of an answer while it is written.', 'partial'],
  streaming: 'Newer spelling of streamMode: a mode, { mode }, or true or false.',
  historyLimit: 'Most earlier messages of a channel that the model is shown.',
  dmHistoryLimit: DM_HISTORY_MEANING,
  dms: DMS_MEANING,
  retry: idle('How calls are repeated.'),
  actions: 'What the assistant may do besides answering: groups of actions with true or false.',
  replyToMode: ['Whether answers quote the message that they are for.', 'off'],
  execApprovals: idle('Requests for approval in chats of Discord; use approvals.exec.'),
  intents: 'What Discord is asked to tell.',
  commands: 'Commands that Discord offers while one types.',
  status: 'What the bot shows as its state.',
  activity: 'What the bot shows below its name.',
  configWrites: ['Whether the configuration may be changed from chats of the account.', true],
  heartbeat: idle('What chats see of heartbeats.'),
  markdown: idle('How tables are written.'),
})
export class DiscordAccountConfig {
  @Opt() @Str() name?: string;
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() token?: string;
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
  linkPreview?: boolean;
  @Opt() @Int({ min: 1 }) maxLinesPerMessage?: number;
  @Opt() @Num({ min: 0 }) mediaMaxMb?: number;
  @Opt() @Int({ min: 1, max: 2000 }) textChunkLimit?: number;
  @Opt() @OneOf(['length', 'newline']) chunkMode?: 'length' | 'newline';
  @Opt() @Bool() blockStreaming?: boolean;
  @Opt() @Obj() blockStreamingCoalesce?: Record<string, unknown>;
  @Opt() @OneOf(['off', 'partial', 'block']) streamMode?: 'off' | 'partial' | 'block';
  @Opt() @Streaming() streaming?: StreamingWish;
  @Opt() @Int({ min: 0 }) historyLimit?: number;
  @Opt() @Int({ min: 0 }) dmHistoryLimit?: number;
  @Opt() @MapOf(() => DirectHistoryConfig) dms?: Record<string, DirectHistoryConfig>;
  @Opt() @Obj() retry?: Record<string, unknown>;
  @Opt() @Obj() actions?: Record<string, unknown>;
  @Opt() @OneOf(['off', 'first', 'all']) replyToMode?: 'off' | 'first' | 'all';
  @Opt() @Nested(() => DiscordApprovalsConfig) execApprovals?: DiscordApprovalsConfig;
  @Opt() @Nested(() => DiscordIntentsConfig) intents?: DiscordIntentsConfig;
  @Opt() @Nested(() => DiscordCommandsConfig) commands?: DiscordCommandsConfig;
  @Opt() @OneOf(['online', 'idle', 'dnd', 'invisible']) status?: 'online' | 'idle' | 'dnd' | 'invisible';
  @Opt() @Str({ max: 128 }) activity?: string;
  @Opt() @Bool() configWrites?: boolean;
  @Opt() @Obj() heartbeat?: Record<string, unknown>;
  @Opt() @Obj() markdown?: Record<string, unknown>;
}

/** Section `channels.discord`: the keys of the default account, and further accounts. */
@Keys<Omit<DiscordConfig, keyof DiscordAccountConfig>>({
  accounts: 'Further accounts, by name.',
  defaultAccount: ['Account that is used where none is named.', 'default'],
})
export class DiscordConfig extends DiscordAccountConfig {
  @Opt() @MapOf(() => DiscordAccountConfig) accounts?: Record<string, DiscordAccountConfig>;
  @Opt() @Text() defaultAccount?: string;
}
