import type { DynamicModule } from '@nestjs/common';
import { discordAccounts } from '../channels/discord/discord-accounts';
import { slackAccounts } from '../channels/slack/slack-accounts';
import { telegramAccounts } from '../channels/telegram/telegram-accounts';
import { webhookAccounts } from '../channels/webhook/webhook-accounts';
import { webpageAccounts } from '../channels/webpage/webpage-accounts';
import type { Environment } from '../config/environment';
import type { OpenclawConfig } from '../config/openclaw.config';

/** The module of a channel; undefined where it is not configured. The libraries of those are not even loaded. */
export type ChannelLoader = (config: OpenclawConfig, env: Environment) => Promise<DynamicModule | undefined>;

export interface ListedChannel {
  /** Of its folder, and of its block under `channels`. */
  id: string;
  load: ChannelLoader;
}

/** Every channel, in the order of their start. */
export const CHANNELS: readonly ListedChannel[] = [
  {
    id: 'telegram',
    load: async (config, env) => {
      const accounts = telegramAccounts(config, env);
      if (accounts.length === 0) return undefined;
      return (await import('../channels/telegram/telegram.module')).TelegramModule.forAccounts(accounts);
    },
  },
  {
    id: 'discord',
    load: async (config, env) => {
      if (discordAccounts(config, env).length === 0) return undefined;
      return { module: (await import('../channels/discord/discord.module')).DiscordModule };
    },
  },
  {
    id: 'slack',
    load: async (config, env) => {
      const accounts = slackAccounts(config, env);
      if (accounts.length === 0) return undefined;
      return (await import('../channels/slack/slack.module')).SlackModule.forAccounts(accounts);
    },
  },
  {
    id: 'webhook',
    load: async (config) => {
      if (webhookAccounts(config).length === 0) return undefined;
      return { module: (await import('../channels/webhook/webhook.module')).WebhookModule };
    },
  },
  {
    id: 'webpage',
    load: async (config) => {
      if (webpageAccounts(config).length === 0) return undefined;
      return { module: (await import('../channels/webpage/webpage.module')).WebpageModule };
    },
  },
];
