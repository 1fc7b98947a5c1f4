import type { OpenclawConfig } from '../../config/openclaw.config';
import { accountBlocks } from '../account-blocks';
import type { WebhookAccountConfig } from './webhook.config';

const MIN_SECRET = 16;

export interface WebhookAccount {
  id: string;
  enabled: boolean;
  at: string;
  /** Why it can't be started. */
  notConfigured?: string;
  settings: WebhookAccountConfig;
}

/** Accounts of `channels.webhook`. */
export function webhookAccounts(config: OpenclawConfig): WebhookAccount[] {
  return accountBlocks<WebhookAccountConfig>(
    'webhook',
    config.channels?.webhook,
    ['name', 'secret', 'url'],
    ({ secret }) => secret !== undefined,
  ).map(({ id, enabled, at, settings }) => {
    const problem = problemOf(settings, at);
    return { id, enabled, at, ...(problem === undefined ? {} : { notConfigured: problem }), settings };
  });
}

function problemOf({ secret = '', url }: WebhookAccountConfig, at: string): string | undefined {
  if (secret.length < MIN_SECRET) return `${at}.secret must have at least ${MIN_SECRET} characters`;
  if (url === undefined || !URL.canParse(url)) return `${at}.url must be the address that answers are posted to`;
  return undefined;
}
