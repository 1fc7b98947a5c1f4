import { readFileSync } from 'node:fs';
import { messageOf } from '../../common/openclaw-error';
import type { Environment } from '../../config/environment';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { expandPath } from '../../config/state-paths';
import type { TelegramAccountConfig } from './telegram.config';

export const DEFAULT_ACCOUNT = 'default';

export interface TelegramAccount {
  id: string;
  enabled: boolean;
  token?: string;
  tokenSource: 'tokenFile' | 'config' | 'env' | 'none';
  /** Why it can't be started. */
  notConfigured?: string;
  settings: TelegramAccountConfig;
}

/** Accounts of `channels.telegram`: the top-level keys are account `default`, others inherit them. */
export function telegramAccounts(config: OpenclawConfig, env: Environment): TelegramAccount[] {
  const block = config.channels?.telegram;
  const { accounts = {}, defaultAccount: _, ...shared } = block ?? {};
  const channelOn = shared.enabled !== false;
  const result: TelegramAccount[] = [];
  const hasOwnDefault =
    shared.botToken !== undefined || shared.tokenFile !== undefined || env.get('TELEGRAM_BOT_TOKEN') !== undefined;
  if (block ? hasOwnDefault || Object.keys(accounts).length === 0 : env.get('TELEGRAM_BOT_TOKEN') !== undefined) {
    result.push(account(DEFAULT_ACCOUNT, shared, channelOn, env));
  }
  const { botToken: __, tokenFile: ___, name: ____, ...inherited } = shared;
  for (const [id, own] of Object.entries(accounts)) {
    if (id.toLowerCase() === DEFAULT_ACCOUNT && result.length > 0) continue;
    result.push(account(id.toLowerCase(), { ...inherited, ...own }, channelOn, env));
  }
  return result;
}

function account(id: string, settings: TelegramAccountConfig, channelOn: boolean, env: Environment): TelegramAccount {
  const enabled = channelOn && settings.enabled !== false;
  const found = findToken(id, settings, env);
  if ('problem' in found) return { id, enabled, tokenSource: 'none', notConfigured: found.problem, settings };
  return { id, enabled, token: found.token, tokenSource: found.source, settings };
}

function findToken(
  id: string,
  settings: TelegramAccountConfig,
  env: Environment,
): { token: string; source: 'tokenFile' | 'config' | 'env' } | { problem: string } {
  const where = id === DEFAULT_ACCOUNT ? 'channels.telegram' : `channels.telegram.accounts.${id}`;
  if (settings.tokenFile !== undefined) {
    const path = expandPath(settings.tokenFile, env.home);
    try {
      const token = readFileSync(path, 'utf8').trim();
      return token === '' ? { problem: `${where}.tokenFile: ${path} is empty` } : { token, source: 'tokenFile' };
    } catch (error) {
      return { problem: `${where}.tokenFile: ${path} can't be read: ${messageOf(error)}` };
    }
  }
  if (settings.botToken !== undefined) return { token: settings.botToken, source: 'config' };
  const fromEnv = id === DEFAULT_ACCOUNT ? env.get('TELEGRAM_BOT_TOKEN') : undefined;
  if (fromEnv !== undefined) return { token: fromEnv, source: 'env' };
  return { problem: `${where}.botToken is not set` };
}

/** Id of the bot: the number in front of its token. */
export const botIdOf = (token: string): string => token.split(':')[0] ?? token;
