import { parseOrigin } from '../../common/net/origin';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { accountBlocks } from '../account-blocks';
import type { WebpageAccountConfig } from './webpage.config';

const MIN_TOKEN = 16;

export interface WebpageAccount {
  id: string;
  enabled: boolean;
  at: string;
  /** Why it can't be started. */
  notConfigured?: string;
  settings: WebpageAccountConfig;
}

/** Accounts of `channels.webpage`. */
export function webpageAccounts(config: OpenclawConfig): WebpageAccount[] {
  return accountBlocks<WebpageAccountConfig>(
    'webpage',
    config.channels?.webpage,
    ['name', 'token', 'greeting'],
    ({ token }) => token !== undefined,
  ).map(({ id, enabled, at, settings }) => {
    const problem =
      (settings.token ?? '').length < MIN_TOKEN
        ? `${at}.token must have at least ${MIN_TOKEN} characters`
        : settings.allowedOrigins?.some((origin) => parseOrigin(origin) === undefined)
          ? `${at}.allowedOrigins must hold addresses such as https://example.com`
          : undefined;
    return { id, enabled, at, ...(problem === undefined ? {} : { notConfigured: problem }), settings };
  });
}
