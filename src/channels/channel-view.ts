/** An account, as the gateway tells of it. */
export interface ToldAccount {
  accountId?: string;
  state?: string;
  configured?: boolean;
  lastError?: string;
  lastStopAt?: number;
  lastInboundAt?: number;
  lastExchangeAt?: number;
}

/** A channel, as the gateway tells of it. */
export interface ToldChannel extends ToldAccount {
  accounts?: Readonly<Record<string, ToldAccount>>;
}

/** An account for programs. What never happened is null. */
export function accountView<T extends ToldAccount>(account: T): object {
  const { state, lastExchangeAt = null } = account;
  return {
    ...account,
    lastError: account.lastError ?? null,
    lastStopAt: account.lastStopAt ?? null,
    lastInboundAt: account.lastInboundAt ?? null,
    lastEventAt: lastExchangeAt,
    lastTransportActivityAt: lastExchangeAt,
    restartPending: state === 'reconnecting',
    ...(state === undefined ? {} : { lifecycle: state === 'connected' ? 'ready' : state }),
    ...(account.configured === undefined ? {} : { tokenStatus: account.configured ? 'available' : 'missing' }),
  };
}

/** A channel for programs: beside all its accounts, what is so of the first one. */
export function channelView<T extends ToldChannel>({ accounts = {}, ...channel }: T): object {
  const first = accounts[channel.accountId ?? ''] ?? {};
  return {
    ...accountView({ ...first, ...channel }),
    accounts: mapped(accounts, accountView),
  };
}

/** The same names with other values. */
export const mapped = <T>(values: Readonly<Record<string, T>>, change: (value: T) => object): Record<string, object> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
