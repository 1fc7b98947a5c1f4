import { readFileSync } from 'node:fs';
import { messageOf } from '../../common/openclaw-error';
import type { Environment } from '../../config/environment';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { expandPath } from '../../config/state-paths';
import { DEFAULT_ACCOUNT, accountBlocks } from '../account-blocks';
import type { TelegramAccountConfig } from './telegram.config';

const TOKEN_VARIABLE = 'TELEGRAM_BOT_TOKEN';

export interface TelegramAccount {
  id: string;
  enabled: boolean;
  at: string;
  token?: string;
  tokenSource: 'tokenFile' | 'config' | 'env' | 'none';
  /** Why it can't be started. */
  notConfigured?: string;
  settings: TelegramAccountConfig;
}

/** Accounts of `channels.telegram`; the default one may have its token from the environment. */
export function telegramAccounts(config: OpenclawConfig, env: Environment): TelegramAccount[] {
  return accountBlocks<TelegramAccountConfig>(
    'telegram',
    config.channels?.telegram,
    ['name', 'botToken', 'tokenFile'],
    ({ botToken, tokenFile }) => (botToken ?? tokenFile ?? env.get(TOKEN_VARIABLE)) !== undefined,
  ).map(({ id, enabled, at, settings }) => {
    const found = findToken(id, at, settings, env);
    return 'problem' in found
      ? { id, enabled, at, tokenSource: 'none', notConfigured: found.problem, settings }
      : { id, enabled, at, token: found.token, tokenSource: found.source, settings };
  });
}

function findToken(
  id: string,
  at: string,
  settings: TelegramAccountConfig,
  env: Environment,
): { token: string; source: 'tokenFile' | 'config' | 'env' } | { problem: string } {
  if (settings.tokenFile !== undefined) {
    const path = expandPath(settings.tokenFile, env.home);
    try {
      const token = readFileSync(path, 'utf8').trim();
      return token === '' ? { problem: `${at}.tokenFile: ${path} is empty` } : { token, source: 'tokenFile' };
    } catch (error) {
      return { problem: `${at}.tokenFile: ${path} can't be read: ${messageOf(error)}` };
    }
  }
  if (settings.botToken !== undefined) return { token: settings.botToken, source: 'config' };
  const fromEnv = id === DEFAULT_ACCOUNT ? env.get(TOKEN_VARIABLE) : undefined;
  if (fromEnv !== undefined) return { token: fromEnv, source: 'env' };
  return { problem: `${at}.botToken is not set` };
}

/** An account as it would be with a token that is not kept: an address comes from the configuration alone. */
export const triedAccount = (known: readonly TelegramAccount[], id: string, token: string): TelegramAccount => ({
  enabled: true,
  at: 'channels.telegram',
  settings: {},
  ...known.find((account) => account.id === id),
  id,
  token,
  tokenSource: 'config',
});

/** Id of the bot: the number in front of its token. */
export const botIdOf = (token: string): string => token.split(':')[0] ?? token;
