import { ChannelSendError, type RegisteredChannel } from '../channels/channel-adapter';
import type { DeliveryRoute } from '../common/delivery-route';
import { invalidRequest, unavailable } from '../rpc/rpc-error';
import type { ChannelDirectory } from './channel-directory';

/**
 * The channel that a caller means; the only configured one where none is named.
 * @param what how it is called in the refusal
 * @throws RpcError INVALID_REQUEST
 */
export function namedChannel(
  directory: ChannelDirectory,
  wanted: string | undefined,
  what = 'channel',
): RegisteredChannel {
  if (wanted !== undefined) {
    const id = wanted.toLowerCase();
    const found = directory.find(id);
    if (!found) throw invalidRequest(`unsupported ${what}: ${id}`);
    return found;
  }
  const configured = directory
    .all()
    .filter(({ adapter }) =>
      adapter.accounts().some((account) => account.enabled && account.notConfigured === undefined),
    );
  const [only, ...others] = configured;
  if (!only) throw invalidRequest('no channel is configured; "openclaw channels add" adds one');
  if (others.length > 0)
    throw invalidRequest(`channel is needed, one of ${configured.map(({ declaration }) => declaration.id).join(', ')}`);
  return only;
}

/** Where a caller wants something to go; a target may begin with the name of its channel. */
export const routeOf = (
  channel: string,
  { to, accountId, threadId }: { to: string; accountId?: string; threadId?: string },
): DeliveryRoute => ({
  channel,
  account: accountId ?? 'default',
  to: to.replace(new RegExp(`^${channel}:`, 'i'), ''),
  ...(threadId ? { threadId } : {}),
});

/**
 * The same with the id that a name in it stands for.
 * @throws RpcError INVALID_REQUEST where a name is that of nothing or of several, UNAVAILABLE where it can't be looked up
 */
export async function locate({ adapter }: RegisteredChannel, route: DeliveryRoute): Promise<DeliveryRoute> {
  try {
    return { ...route, to: (await adapter.locate?.(route.account, route.to)) ?? route.to };
  } catch (error) {
    if (!(error instanceof ChannelSendError)) throw error;
    throw error.failure === 'refused' ? invalidRequest(`to: ${error.message}`) : unavailable(error.message);
  }
}
