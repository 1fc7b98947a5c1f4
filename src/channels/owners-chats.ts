import { isPlainObject } from '../common/plain-object';
import type { DeliveryRoute } from '../common/delivery-route';
import type { ChannelDirectory } from '../events/channel-directory';

/** Prefixes with which a target says that it is a person. */
const PERSON = /^(?:(?:telegram|tg|discord|slack|user|dm):)+/i;

/**
 * Whether a place is the direct chat with somebody who owns this gateway: one whom the account's own list names by id.
 * A thread, a group and a name are not.
 */
export function isOwnersChat(directory: ChannelDirectory, route: DeliveryRoute): boolean {
  const account = directory
    .find(route.channel)
    ?.adapter.accounts()
    .find(({ id }) => id === route.account);
  const settings: unknown = account?.settings;
  if (!isPlainObject(settings)) return false;
  const { allowFrom, dm } = settings;
  const listed = [allowFrom, isPlainObject(dm) ? dm['allowFrom'] : undefined].flatMap((list) =>
    Array.isArray(list) ? list.map(String) : [],
  );
  const person = route.to.replace(PERSON, '');
  return person !== '*' && !person.startsWith('@') && listed.includes(person);
}
