import type { ContentPart, ImagePart } from '../../common/content-parts';
import { type ImageSize, SIZE_WITHIN, imageSize } from '../../common/image-size';
import type { AssistantPart, TranscriptMessage } from '../../sessions/transcript-event';
import { estimateTokens } from '../../common/estimate-tokens';

/** What a message holds, before it is known how a model counts it. */
export interface MessageSize {
  /** Estimated tokens of its texts. */
  text: number;
  /** Sizes of its pictures; undefined where one can't be read. */
  pictures: readonly (ImageSize | undefined)[];
}

/** What a message costs beside what it says: its role, who sent it when. */
const FRAME_TOKENS = 8;

/** Messages and parts of the log never change, so each is measured once. */
const measured = new WeakMap<object, MessageSize>();
const pictures = new WeakMap<object, { size: ImageSize | undefined }>();

export function sizeOfMessage(message: TranscriptMessage): MessageSize {
  let size = measured.get(message);
  if (size === undefined) {
    const parts: readonly (ContentPart | AssistantPart)[] = message.content;
    size = {
      text: parts.reduce((sum, part) => sum + estimateTokens(textIn(part)), FRAME_TOKENS),
      pictures: parts.flatMap((part) => (part.type === 'image' ? [sizeOfPicture(part)] : [])),
    };
    measured.set(message, size);
  }
  return size;
}

/** Pixels of a picture by its first bytes; nothing is decoded. */
export function sizeOfPicture(part: ImagePart): ImageSize | undefined {
  let known = pictures.get(part);
  if (known === undefined) {
    // Four characters of base64 are three bytes.
    const head = Buffer.from(part.data.substring(0, (SIZE_WITHIN / 3) * 4), 'base64');
    known = { size: imageSize(head) };
    pictures.set(part, known);
  }
  return known.size;
}

/** What a provider reads of a part as text. */
function textIn(part: ContentPart | AssistantPart): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'thinking':
      return part.thinking;
    case 'toolCall':
      return `${part.name}${JSON.stringify(part.arguments)}`;
    case 'image':
      return '';
  }
}
