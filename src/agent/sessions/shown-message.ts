import { isPlainObject } from '../../common/plain-object';

/** A message of a conversation, as the gateway hands it to clients. */
export interface ShownMessage {
  role: string;
  /** Text, or parts of which some have a `text`. */
  content?: unknown;
  /** Milliseconds since 1970. */
  timestamp?: number;
}

/** What a message says, without pictures and calls. */
export function textOfMessage({ content }: ShownMessage): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isPlainObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .filter((text) => text !== '')
    .join('\n');
}
