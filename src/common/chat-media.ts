export const MEDIA_KINDS = ['photo', 'document', 'voice', 'audio', 'video', 'sticker'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** A file that came with a chat message, by the words with which the platform gives it out. */
export interface MediaRef {
  /** The platform's own name for it, or the address of a picture in the web. */
  ref: string;
  kind: MediaKind;
  name?: string;
  /** Size in bytes, where the platform says it. */
  bytes?: number;
  /** It came with a message that is quoted or passed on: what a recording says is not the sender's word. */
  isForeign?: true;
  /** The platform gives out no more of it than `ref`, which is an address in the web. */
  isAddress?: true;
}

/** Something to press under a message: it says a text in the name of whoever presses it. */
export interface ReplyButton {
  label: string;
  /** A command, at most 64 bytes. */
  says: string;
}

/** A file for a chat, kept by the gateway until it has been sent. */
export interface OutboundFile {
  /** Absolute path of the gateway's own copy. */
  path: string;
  name: string;
  kind: MediaKind;
}

/** A question that a chat votes on. */
export interface ChatPoll {
  question: string;
  options: readonly string[];
  multiple: boolean;
  anonymous: boolean;
  /** How long it is open; undefined for as long as the platform keeps it. */
  seconds?: number;
}
