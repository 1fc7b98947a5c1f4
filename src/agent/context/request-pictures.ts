import type { ContentPart } from '../../common/content-parts';
import type { PromptMessage } from '../prompt/derive-prompt';

const GONE = '[a picture that is no longer shown here]';

/** Messages never change, so what becomes of them is made once. */
const stripped = new WeakMap<object, PromptMessage>();

/** The same message with a note in the place of each picture. */
export function withoutPictures(entry: PromptMessage): PromptMessage {
  const { message } = entry;
  if (message.role === 'assistant' || !message.content.some(({ type }) => type === 'image')) return entry;
  let bare = stripped.get(message);
  if (!bare) {
    const content = message.content.map((part): ContentPart =>
      part.type === 'image' ? { type: 'text', text: GONE, origin: part.origin } : part,
    );
    bare = { ...entry, message: { ...message, content } };
    stripped.set(message, bare);
  }
  return bare;
}
