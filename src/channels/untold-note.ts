import type { InboxRow } from '../inbox/inbox-row';
import type { InboxStore } from '../inbox/inbox.store';

const LOOKED_AT = 50;

/** A note of a session that waits for the next message which is answered, by the beginning of its external id. */
export async function untoldNote(inbox: InboxStore, sessionKey: string, prefix: string): Promise<InboxRow | undefined> {
  for (const row of await inbox.latest(sessionKey, LOOKED_AT)) {
    if (row.state !== 'dropped' && !row.message.command) return undefined;
    if (row.externalId.startsWith(prefix)) return row;
  }
  return undefined;
}
