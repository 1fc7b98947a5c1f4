/** Who wrote, in the words that the platform itself vouches for. Names that people give themselves are not among them. */
export interface SenderIdentity {
  id: string;
  /** Name that the platform gives to one account at a time; without the `@`. It can change hands. */
  handle?: string;
}

/** Entry of a list that means everybody. */
export const EVERYBODY = '*';

/**
 * Whether an entry of a list means this sender: `@name` is a handle, everything else an id. An id is never compared with
 * a name, or whoever takes somebody's id as a name would be that person.
 */
export function entryMeans(entry: string | number, { id, handle }: SenderIdentity): boolean {
  const text = String(entry).trim();
  if (text === '' || text === EVERYBODY) return false;
  if (!text.startsWith('@')) return text === id;
  return handle !== undefined && text.length > 1 && folded(text.slice(1)) === folded(handle);
}

/** Handles differ by their case in no platform, but by their letters: the Kelvin sign (U+212A) is no `k`. */
const folded = (handle: string): string => handle.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Whether a list means the sender, or everybody. */
export const listAdmits = (list: readonly (string | number)[], sender: SenderIdentity): boolean =>
  list.some((entry) => String(entry).trim() === EVERYBODY) || listNames(list, sender);

/** Whether a list means the sender in particular. */
export const listNames = (list: readonly (string | number)[], sender: SenderIdentity): boolean =>
  list.some((entry) => entryMeans(entry, sender));

/** Whether a list holds the sender's id. Ownership goes by this alone: handles change hands. */
export const listHoldsId = (list: readonly (string | number)[], { id }: SenderIdentity): boolean =>
  list.some((entry) => !isHandle(entry) && entryMeans(entry, { id }));

/** Whether an entry is written as a handle. */
export const isHandle = (entry: string | number): boolean => String(entry).trim().startsWith('@');

/** Ids on one channel from a list of `channel:id`. */
export const idsOn = (channel: string, list: readonly string[]): string[] =>
  list.flatMap((entry) => {
    const [named = '', ...rest] = entry.split(':');
    return named.trim().toLowerCase() === channel && rest.length > 0 ? [rest.join(':').trim()] : [];
  });

/** A sender as people write it in a list or on a command line. */
export const identityOf = (written: string): SenderIdentity =>
  isHandle(written) ? { id: '', handle: written.trim().slice(1) } : { id: written.trim() };
