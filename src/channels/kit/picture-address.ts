import type { MediaRef } from '../../common/chat-media';
import { linesOf } from '../../common/loose-json';
import { parseWebAddress } from '../../common/net/host';
import type { InboundUpdate } from '../channel-adapter';

/**
 * A picture of which a message gives the address only: fetched when a turn reads it, where the rules of `web_fetch` let it.
 * Nothing where that is not an address in the web.
 * @param from where the platform itself gives a copy out, so that nobody learns from a request who reads here
 */
export function picturesAt(address: string, from = address): MediaRef[] {
  const at = parseWebAddress(from);
  return at === undefined ? [] : [{ ref: at.href, kind: 'photo', name: address, isForeign: true, isAddress: true }];
}

/** Each picture once: many cards show the same one large and small. */
export const eachOnce = (media: readonly MediaRef[]): MediaRef[] => [
  ...new Map(media.map((each) => [`${each.isAddress === true ? 'web' : 'own'}:${each.ref}`, each])).values(),
];

/** Pictures that somebody names beside their words: what is said of them is shown whether they can be fetched or not. */
export function linkedPictures(
  pictures: readonly { url: string; description?: string }[] = [],
): Partial<Pick<InboundUpdate, 'shared' | 'media'>> {
  if (pictures.length === 0) return {};
  return {
    shared: pictures.map(({ url, description }) => ({ what: 'picture', text: linesOf(description, url) })),
    media: eachOnce(pictures.flatMap(({ url }) => picturesAt(url))),
  };
}
