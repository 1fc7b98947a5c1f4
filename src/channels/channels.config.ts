import { Bool, Nested, OneOf, OpenKeys, Opt } from '../common/validation/fields';
import { BotLoopProtectionConfig } from './bots/bot-loop.config';
import { DiscordConfig } from './discord/discord.config';
import { SlackConfig } from './slack/slack.config';
import { TelegramConfig } from './telegram/telegram.config';
import { WebpageConfig } from './webpage/webpage.config';
import { WebhookConfig } from './webhook/webhook.config';

export const GROUP_POLICIES = ['open', 'disabled', 'allowlist'] as const;
export type GroupPolicy = (typeof GROUP_POLICIES)[number];

class HeartbeatVisibilityConfig {
  @Opt() @Bool() showOk?: boolean;
  @Opt() @Bool() showAlerts?: boolean;
  @Opt() @Bool() useIndicator?: boolean;
}

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
export class ChannelsConfig {
  @Opt() @Nested(() => ChannelDefaultsConfig) defaults?: ChannelDefaultsConfig;
  @Opt() @Nested(() => DiscordConfig) discord?: DiscordConfig;
  @Opt() @Nested(() => SlackConfig) slack?: SlackConfig;
  @Opt() @Nested(() => TelegramConfig) telegram?: TelegramConfig;
  @Opt() @Nested(() => WebhookConfig) webhook?: WebhookConfig;
  @Opt() @Nested(() => WebpageConfig) webpage?: WebpageConfig;
}
