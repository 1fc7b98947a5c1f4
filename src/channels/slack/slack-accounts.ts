import type { Environment } from '../../config/environment';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { DEFAULT_ACCOUNT, accountBlocks } from '../account-blocks';
import type { SlackAccountConfig } from './slack.config';

const BOT_VARIABLE = 'SLACK_BOT_TOKEN';
const APP_VARIABLE = 'SLACK_APP_TOKEN';

export interface SlackAccount {
  id: string;
  enabled: boolean;
  at: string;
  botToken: string;
  appToken: string;
  /** Why it can't be started. */
  notConfigured?: string;
  settings: SlackAccountConfig;
}

/** Accounts of `channels.slack`; the default one may have its tokens from the environment. */
export function slackAccounts(config: OpenclawConfig, env: Environment): SlackAccount[] {
  return accountBlocks<SlackAccountConfig>(
    'slack',
    config.channels?.slack,
    ['name', 'botToken', 'appToken', 'userToken', 'signingSecret'],
    ({ botToken }) => (botToken ?? env.get(BOT_VARIABLE)) !== undefined,
  ).map(({ id, enabled, at, settings }) => {
    const fromEnv = (name: string): string | undefined => (id === DEFAULT_ACCOUNT ? env.get(name) : undefined);
    const botToken = settings.botToken ?? fromEnv(BOT_VARIABLE) ?? '';
    const appToken = settings.appToken ?? fromEnv(APP_VARIABLE) ?? '';
    const problem = problemOf(settings, at, botToken, appToken);
    return { id, enabled, at, botToken, appToken, ...(problem ? { notConfigured: problem } : {}), settings };
  });
}

function problemOf(
  { mode = 'socket', signingSecret }: SlackAccountConfig,
  at: string,
  botToken: string,
  appToken: string,
): string | undefined {
  if (botToken === '') return `${at}.botToken is not set`;
  if (mode === 'socket' && appToken === '') return `${at}.appToken is not set; Socket Mode needs one (xapp-…)`;
  if (mode === 'http' && !signingSecret) return `${at}.signingSecret is not set; without it no request can be believed`;
  return undefined;
}

export const DEFAULT_PATH = '/slack/events';

/** Where Slack posts to in HTTP mode. */
export const pathOf = ({ settings }: SlackAccount): string =>
  `/${(settings.webhookPath ?? DEFAULT_PATH).replace(/^\/+/, '')}`;
