import type { ContentOrigin } from './content-parts';

/** What was said in a chat before a message, without being said to the assistant. */
export interface EarlierText {
  sender?: string;
  text: string;
  isOwner: boolean;
  /** Whose text may be in it, where the assistant has said it: that of the conversation that it comes from. */
  ownOrigin?: ContentOrigin;
}

/** What somebody else said or made that whoever sends a message only passes on: a forward, a contact, a card of a page. */
export interface SharedText {
  /** Who said it, as the platform calls them. */
  sender?: string;
  text: string;
  /** What it is, in the channel's own words, such as `contact`; a forwarded message where it is left out. */
  what?: string;
}

/** What was said in a message that is quoted. */
export interface QuotedText {
  sender?: string;
  text: string;
  /** Written by neither the assistant nor whoever quotes it. */
  isForeign: boolean;
  /** Platform's id of the message, where the assistant has sent it. */
  ownId?: string;
  /** Whose text may be in it, where the assistant has sent it: that of the conversation that it comes from. */
  origin?: ContentOrigin;
}
