/** Facts a provider wants back with a part on the next call (signatures, item ids). */
export type ProviderFacts = Record<string, Record<string, unknown>>;

export interface TextPart {
  type: 'text';
  text: string;
  facts?: ProviderFacts;
}

export interface ImagePart {
  type: 'image';
  mimeType: string;
  /** Base64. */
  data: string;
}

export type ContentPart = TextPart | ImagePart;

/** The text parts joined. */
export function textOf(content: readonly { type: string; text?: string }[]): string {
  return content
    .filter((part) => part.type === 'text')
    .map((part) => part.text ?? '')
    .join('');
}
