import type { OpenclawConfig } from '../../config/openclaw.config';
import type { WebhookAccountConfig } from './webhook.config';

const DEFAULT_ACCOUNT = 'default';
const MIN_SECRET = 16;

export interface WebhookAccount {
  id: string;
  enabled: boolean;
  /** Why it can't be started. */
  notConfigured?: string;
  settings: WebhookAccountConfig;
}

/** Accounts of `channels.webhook`: the top-level keys are account `default`, others inherit them. */
export function webhookAccounts(config: OpenclawConfig): WebhookAccount[] {
  const block = config.channels?.webhook;
  if (!block) return [];
  const { accounts = {}, ...shared } = block;
  const { secret: _, url: __, name: ___, ...inherited } = shared;
  const isOn = shared.enabled !== false;
  const hasDefault = shared.secret !== undefined || Object.keys(accounts).length === 0;
  return [
    ...(hasDefault ? [account(DEFAULT_ACCOUNT, shared, isOn)] : []),
    ...Object.entries(accounts).map(([id, own]) => account(id.toLowerCase(), { ...inherited, ...own }, isOn)),
  ];
}

function account(id: string, settings: WebhookAccountConfig, channelOn: boolean): WebhookAccount {
  const at = id === DEFAULT_ACCOUNT ? 'channels.webhook' : `channels.webhook.accounts.${id}`;
  const problem =
    (settings.secret ?? '').length < MIN_SECRET
      ? `${at}.secret must have at least ${MIN_SECRET} characters`
      : settings.url === undefined || !URL.canParse(settings.url)
        ? `${at}.url must be the address that answers are posted to`
        : undefined;
  return {
    id,
    enabled: channelOn && settings.enabled !== false,
    ...(problem === undefined ? {} : { notConfigured: problem }),
    settings,
  };
}
