import type { WireRecipient } from './wire-recipient';

/**
 * Who an event is for. `pieces` are clients that follow a text piece by piece, and `whole` those that get it as a whole,
 * with `orWatching` also where they watch all conversations and follow none; `tools`: those that are shown the work of tools
 * as it happens.
 */
export type Audience =
  | { kind: 'pieces'; following?: string }
  | { kind: 'whole'; following?: string; orWatching?: boolean }
  | { kind: 'tools' | 'tools-of-others'; following: string; verbose: boolean }
  | { kind: 'watching' | 'not-watching' };

/** Clients with this capability get what streams in pieces, and only of conversations that they have open. */
const PIECES = 'delta-only';

const wantsPieces = ({ protocol, capabilities }: WireRecipient): boolean => protocol === 4 && capabilities.has(PIECES);

/** Whether a client is one of those that an event is for. */
export function isOf(audience: Audience, recipient: WireRecipient): boolean {
  switch (audience.kind) {
    case 'pieces':
    case 'whole':
      if (!isFollowing(audience, recipient)) return false;
      return wantsPieces(recipient) === (audience.kind === 'pieces');
    case 'tools':
      return showsTools(audience, recipient);
    case 'tools-of-others':
      return recipient.follows.has(audience.following) && !showsTools(audience, recipient);
    case 'watching':
      return recipient.watchesSessions;
    case 'not-watching':
      return !recipient.watchesSessions;
  }
}

function isFollowing(
  { following, orWatching = false }: { following?: string; orWatching?: boolean },
  { follows, watchesSessions }: WireRecipient,
): boolean {
  return following === undefined || follows.has(following) || (orWatching && watchesSessions);
}

function showsTools(
  { following, verbose }: { following: string; verbose: boolean },
  recipient: WireRecipient,
): boolean {
  if (wantsPieces(recipient)) return recipient.follows.has(following);
  return recipient.protocol === 4 ? recipient.capabilities.has('tool-events') : verbose;
}
