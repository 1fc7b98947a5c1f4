import { Bool, Nested, OneOf, OpenKeys, Opt } from '../common/validation/fields';
import { BotLoopProtectionConfig } from './bots/bot-loop.config';
import { DiscordConfig } from './discord/discord.config';
import { SlackConfig } from './slack/slack.config';
import { TelegramConfig } from './telegram/telegram.config';
import { WebpageConfig } from './webpage/webpage.config';
import { WebhookConfig } from './webhook/webhook.config';
import { idle, Keys } from '../common/validation/keys';

export const GROUP_POLICIES = ['open', 'disabled', 'allowlist'] as const;
export type GroupPolicy = (typeof GROUP_POLICIES)[number];

@Keys<HeartbeatVisibilityConfig>({
  showOk: idle('Whether chats are told of heartbeats that found nothing.'),
  showAlerts: idle('Whether chats are told of heartbeats that found something.'),
  useIndicator: idle('Whether a sign shows that a heartbeat runs.'),
})
class HeartbeatVisibilityConfig {
  @Opt() @Bool() showOk?: boolean;
  @Opt() @Bool() showAlerts?: boolean;
  @Opt() @Bool() useIndicator?: boolean;
}

@Keys<ChannelDefaultsConfig>({
  groupPolicy: ['Which groups are heard where a channel says nothing else.', 'allowlist'],
  heartbeat: idle('What chats see of heartbeats.'),
  botLoopProtection: 'How long other bots are answered without a person among them.',
})
class ChannelDefaultsConfig {
  @Opt() @OneOf(GROUP_POLICIES) groupPolicy?: GroupPolicy;
  @Opt() @Nested(() => HeartbeatVisibilityConfig) heartbeat?: HeartbeatVisibilityConfig;
  @Opt() @Nested(() => BotLoopProtectionConfig) botLoopProtection?: BotLoopProtectionConfig;
}

/** Ids of the channels that OpenClaw files may name; ours serves the ones with a class below. */
export const KNOWN_CHANNEL_IDS = [
  'telegram',
  'whatsapp',
  'discord',
  'googlechat',
  'slack',
  'signal',
  'imessage',
  'bluebubbles',
  'line',
  'matrix',
  'mattermost',
  'msteams',
  'nextcloud-talk',
  'nostr',
  'tlon',
  'twitch',
  'zalo',
  'zalouser',
  'voice-call',
  'webhook',
  'webpage',
] as const;

/** Section `channels`. Blocks of channels that are not built in are kept as they are. */
@OpenKeys()
@Keys<ChannelsConfig>({
  defaults: 'What holds for every channel that says nothing else.',
  discord: 'Discord: the default account, and further ones.',
  slack: 'Slack: the default account, and further ones.',
  telegram: 'Telegram: the default account, and further ones.',
  webhook: 'A channel for programs of your own, over signed requests.',
  webpage: 'A chat page that can stand on other sites.',
})
export class ChannelsConfig {
  @Opt() @Nested(() => ChannelDefaultsConfig) defaults?: ChannelDefaultsConfig;
  @Opt() @Nested(() => DiscordConfig) discord?: DiscordConfig;
  @Opt() @Nested(() => SlackConfig) slack?: SlackConfig;
  @Opt() @Nested(() => TelegramConfig) telegram?: TelegramConfig;
  @Opt() @Nested(() => WebhookConfig) webhook?: WebhookConfig;
  @Opt() @Nested(() => WebpageConfig) webpage?: WebpageConfig;
}
