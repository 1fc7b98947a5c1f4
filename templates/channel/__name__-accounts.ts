import { accountBlocks } from '__src__/channels/account-blocks';
import type { OpenclawConfig } from '__src__/config/openclaw.config';
import type { __Name__AccountConfig } from './__name__.config';

export interface __Name__Account {
  id: string;
  enabled: boolean;
  at: string;
  /** Why it can't be started. */
  notConfigured?: string;
  settings: __Name__AccountConfig;
}

/** Accounts of `channels.__declared__`. */
export function __camel__Accounts(config: OpenclawConfig): __Name__Account[] {
  return accountBlocks<__Name__AccountConfig>(
    '__declared__',
    config.channels?.['__declared__'],
    ['name', 'folder'],
    ({ folder }) => folder !== undefined,
  ).map((account) =>
    account.settings.folder === undefined ? { ...account, notConfigured: `${account.at}.folder is not set` } : account,
  );
}
