export const DEFAULT_ACCOUNT = 'default';

/** One account of a channel's block of the configuration, with what it inherits. */
export interface AccountBlock<S> {
  id: string;
  enabled: boolean;
  /** Where its own keys are, for error messages: `channels.x` or `channels.x.accounts.y`. */
  at: string;
  settings: S;
}

interface Block<S> {
  enabled?: boolean;
  accounts?: Record<string, S>;
  defaultAccount?: string;
}

/**
 * Accounts of `channels.<channel>`: the top-level keys are account `default`, the others inherit them.
 * @param own keys that belong to one account alone (its name, its credentials)
 * @param hasCredentials whether the top-level keys make an account although others are listed
 */
export function accountBlocks<S extends { enabled?: boolean }>(
  channel: string,
  block: (S & Block<S>) | undefined,
  own: readonly (keyof S)[],
  hasCredentials: (settings: S) => boolean,
): AccountBlock<S>[] {
  const { accounts = {}, defaultAccount: _, ...rest } = block ?? ({} as S & Block<S>);
  const shared = rest as unknown as S;
  const isOn = shared.enabled !== false;
  const entry = (id: string, settings: S, at: string): AccountBlock<S> => ({
    id,
    enabled: isOn && settings.enabled !== false,
    at,
    settings,
  });
  const isAlone = block !== undefined && Object.keys(accounts).length === 0;
  const result = hasCredentials(shared) || isAlone ? [entry(DEFAULT_ACCOUNT, shared, `channels.${channel}`)] : [];
  const inherited = { ...shared };
  for (const key of own) delete inherited[key];
  for (const [name, settings] of Object.entries(accounts)) {
    const id = name.toLowerCase();
    if (result.some((known) => known.id === id)) continue;
    result.push(entry(id, { ...inherited, ...settings }, `channels.${channel}.accounts.${name}`));
  }
  return result;
}
