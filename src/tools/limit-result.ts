import type { ContentPart } from '../common/content-parts';
import { commonLevel } from '../common/common-level';
import { type CutOptions, cutText, leftOutNote } from '../common/cut-text';
import { cutToTokens, estimateTokens } from '../common/estimate-tokens';
import { messageOf } from '../common/openclaw-error';
import type { LabelledResult } from './agent-tool';
import { fitImage } from './files/fit-image';
import type { ResultRoom } from './files/output-limits';

const WAY_ON = 'ask for less, or for another part of it';

/**
 * A result as it may go to a model and into the transcript: its texts together within the room, the longest cut in their
 * middle with a note how to go on; its pictures such as every provider takes, or a note why one is missing.
 */
export async function limitResult(result: LabelledResult, room: ResultRoom, wayOn = WAY_ON): Promise<LabelledResult> {
  const content = (await Promise.all(result.content.map(fitted))).flat();
  return { ...result, content: limitTexts(content, room, { keep: 'both', mark: leftOutNote(wayOn) }) };
}

function limitTexts(content: readonly ContentPart[], room: ResultRoom, options: CutOptions): ContentPart[] {
  const cut = (
    parts: readonly ContentPart[],
    total: number,
    size: (text: string) => number,
    to: (text: string, most: number) => string,
  ): ContentPart[] => {
    const level = commonLevel(
      parts.map((part) => (part.type === 'text' ? size(part.text) : 0)),
      total,
    );
    return parts.map((part) =>
      part.type === 'text' && size(part.text) > level ? { ...part, text: to(part.text, level) } : part,
    );
  };
  const inBytes = cut(content, room.bytes, Buffer.byteLength, (text, most) =>
    cutText(text, most, { ...options, unit: 'bytes' }),
  );
  return cut(inBytes, room.tokens, estimateTokens, (text, most) => cutToTokens(text, most, options));
}

async function fitted(part: ContentPart): Promise<ContentPart[]> {
  if (part.type !== 'image') return [part];
  try {
    const picture = await fitImage(Buffer.from(part.data, 'base64'));
    const image: ContentPart = { ...part, mimeType: picture.mimeType, data: picture.data.toString('base64') };
    return picture.note === undefined
      ? [image]
      : [image, { type: 'text', text: `[the picture was ${picture.note}]`, origin: 'gateway' }];
  } catch (error) {
    return [{ type: 'text', text: `[a picture can't be shown: ${messageOf(error)}]`, origin: part.origin }];
  }
}
