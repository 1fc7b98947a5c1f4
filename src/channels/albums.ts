import type { InboxStore } from '../inbox/inbox.store';
import type { InboxRow } from '../inbox/inbox-row';
import { NOT_MENTIONED } from './access/access-gate';
import type { InboundUpdate } from './channel-adapter';

/** The parts of an album come one by one. */
export const ALBUM_MS = 500;
/** More parts than an album has on any platform, with room for what others write meanwhile. */
const LOOKED_AT = 30;

/** By which the parts of one album are known; undefined for what is no part of one. */
export const albumKey = ({ albumId, chat }: InboundUpdate): string | undefined =>
  albumId === undefined ? undefined : `album:${chat.id}:${albumId}`;

export const isOfAlbum = ({ message }: Pick<InboxRow, 'message'>, key: string | undefined): boolean =>
  key !== undefined && message.together?.key === key;

/** The other parts of a message's album that came before it. */
export interface AlbumParts {
  /** One of them goes to the assistant: so does the whole album, whichever part names it. */
  isAnswered: boolean;
  /** Parts that nobody has answered because none of them named the assistant. */
  unanswered: string[];
}

export async function albumBefore(
  inbox: InboxStore,
  sessionKey: string,
  update: InboundUpdate,
): Promise<AlbumParts | undefined> {
  const key = albumKey(update);
  if (key === undefined) return undefined;
  const parts = (await inbox.latest(sessionKey, LOOKED_AT)).filter((row) => isOfAlbum(row, key));
  return {
    isAnswered: parts.some(({ state, message }) => state !== 'dropped' && !message.command),
    unanswered: parts
      .filter(({ state, reason }) => state === 'dropped' && reason === NOT_MENTIONED)
      .map(({ id }) => id),
  };
}
