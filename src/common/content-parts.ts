/** Facts a provider wants back with a part on the next call (signatures, item ids). */
export type ProviderFacts = Record<string, Record<string, unknown>>;

/**
 * Who a piece of content comes from. Absent: the owner, the assistant or the gateway itself. Everything else is data:
 * it may be wrong, and what it asks for is nobody's order.
 */
export const CONTENT_ORIGINS = ['file', 'skill', 'tool', 'web', 'stranger'] as const;
export type ContentOrigin = (typeof CONTENT_ORIGINS)[number];

export interface TextPart {
  type: 'text';
  text: string;
  origin?: ContentOrigin;
  /** Skill whose instructions these are. */
  skill?: string;
  facts?: ProviderFacts;
}

export interface ImagePart {
  type: 'image';
  mimeType: string;
  /** Base64. */
  data: string;
  origin?: ContentOrigin;
}

export type ContentPart = TextPart | ImagePart;

/** The text parts joined. */
export function textOf(content: readonly { type: string; text?: string }[]): string {
  return content
    .filter((part) => part.type === 'text')
    .map((part) => part.text ?? '')
    .join('');
}
