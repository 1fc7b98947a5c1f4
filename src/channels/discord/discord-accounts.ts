import type { Environment } from '../../config/environment';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { DEFAULT_ACCOUNT, accountBlocks } from '../account-blocks';
import type { DiscordAccountConfig } from './discord.config';

const TOKEN_VARIABLE = 'DISCORD_BOT_TOKEN';

export interface DiscordAccount {
  id: string;
  enabled: boolean;
  at: string;
  token?: string;
  tokenSource: 'config' | 'env' | 'none';
  /** Why it can't be started. */
  notConfigured?: string;
  settings: DiscordAccountConfig;
}

/** Accounts of `channels.discord`; the default one may have its token from the environment. */
export function discordAccounts(config: OpenclawConfig, env: Environment): DiscordAccount[] {
  return accountBlocks<DiscordAccountConfig>(
    'discord',
    config.channels?.discord,
    ['name', 'token'],
    ({ token }) => (token ?? env.get(TOKEN_VARIABLE)) !== undefined,
  ).map(({ id, enabled, at, settings }) => {
    const fromEnv = id === DEFAULT_ACCOUNT ? env.get(TOKEN_VARIABLE) : undefined;
    const token = (settings.token ?? fromEnv)?.trim().replace(/^Bot /, '');
    return token
      ? { id, enabled, at, token, tokenSource: settings.token === undefined ? 'env' : 'config', settings }
      : { id, enabled, at, tokenSource: 'none', notConfigured: `${at}.token is not set`, settings };
  });
}
