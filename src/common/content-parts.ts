/** Facts a provider wants back with a part on the next call (signatures, item ids). */
export type ProviderFacts = Record<string, Record<string, unknown>>;

/** Whose words a model may act on: the owner's, its own, the gateway's, and files that only these have written. */
const TRUSTED_ORIGINS = ['owner', 'assistant', 'gateway', 'workspace'] as const;
/** Everything else is data: it may be wrong, and what it asks for is nobody's order. */
const FOREIGN_ORIGINS = ['file', 'skill', 'unknown', 'tool', 'web', 'stranger'] as const;

/** Who a piece of content comes from. Each text and picture for a model says it. */
export const CONTENT_ORIGINS = [...TRUSTED_ORIGINS, ...FOREIGN_ORIGINS] as const;
export type ContentOrigin = (typeof CONTENT_ORIGINS)[number];

/** An origin as it was stored; where none that is known stands there, the one that is given. */
export const storedOrigin = (stored: unknown, otherwise: ContentOrigin): ContentOrigin =>
  CONTENT_ORIGINS.find((origin) => origin === stored) ?? otherwise;

/** What is known of a file that came with a message. */
export interface AttachedFacts {
  name: string;
  mimeType: string;
  bytes?: number;
  /** In the folder that the conversation works in. */
  path?: string;
  /** What the gateway says of its text, behind it. */
  note?: string;
}

export interface TextPart {
  type: 'text';
  text: string;
  origin: ContentOrigin;
  /** It holds what the assistant itself said elsewhere, and may have made up. */
  isRepeated?: true;
  /** Skill whose instructions these are. */
  skill?: string;
  /** The file that came with the message and that this tells of, and where it is kept. */
  attached?: AttachedFacts;
  facts?: ProviderFacts;
}

export interface ImagePart {
  type: 'image';
  mimeType: string;
  /** Base64. */
  data: string;
  origin: ContentOrigin;
}

export type ContentPart = TextPart | ImagePart;

/** A part before it is known whose it is; it does not fit where content for a model is wanted. */
export type UnlabelledPart = Unlabelled<TextPart> | Unlabelled<ImagePart>;
type Unlabelled<Part extends ContentPart> = Omit<Part, 'origin'> & { origin?: ContentOrigin };

/** The text parts joined. */
export function textOf(content: readonly { type: string; text?: string }[]): string {
  return content
    .filter((part) => part.type === 'text')
    .map((part) => part.text ?? '')
    .join('');
}
