import type { InboundUpdate } from '../channel-adapter';
import type { KnownPeople } from './access-gate';

type Sender = InboundUpdate['sender'];

/** What somebody is called: the name that they chose, else their handle. */
export function nameOf({ name, username }: Sender): { name?: string } {
  const known = name ?? username;
  return known === undefined ? {} : { name: known };
}

/** Whether somebody who was let in goes by another name than the one that was noted. */
export function isRenamed(sender: Sender, { paired, names }: KnownPeople): boolean {
  const { name } = nameOf(sender);
  return name !== undefined && paired.has(sender.id) && names?.get(sender.id) !== name;
}

/** Somebody on an account, with what they are called now. */
export const personOf = (
  channel: string,
  account: string,
  sender: Sender,
): { channel: string; account: string; senderId: string; name?: string } => ({
  channel,
  account,
  senderId: sender.id,
  ...nameOf(sender),
});
