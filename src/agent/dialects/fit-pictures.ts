import { createHash } from 'node:crypto';
import type { LanguageModelV3Message, LanguageModelV3Prompt } from '@ai-sdk/provider';
import { cutText } from '../../common/cut-text';
import { messageOf } from '../../common/openclaw-error';
import { RecentMap } from '../../common/recent-map';
import { sniffImage } from '../../common/sniff-image';
import { fitImage } from '../../tools/files/fit-image';
import type { PictureRules } from './dialect';

/** A picture as a request holds it: base64 and its MIME type. */
interface Picture {
  data: string;
  mediaType: string;
}

/** What became of a picture: itself in a form that fits, or why it can't be shown. */
type Fitted = Picture | { reason: string };

const MOST_KEPT = 32;
/** What is known of pictures by their content: a conversation sends the same ones with every request. */
const known = new RecentMap<string, { data?: string; mediaType: string } | { reason: string }>(MOST_KEPT);
/** Base64 characters that hold the first bytes of a file. */
const HEAD = 64;

/**
 * Pictures in a format and size that the target takes, and no more than it takes; the newest stay. Each that can't go is
 * replaced by a line that says why.
 */
export async function fitPictures(prompt: LanguageModelV3Prompt, rules: PictureRules): Promise<LanguageModelV3Prompt> {
  const seen = picturesIn(prompt);
  if (seen.length === 0) return prompt;
  const chosen = new Map<Picture, Fitted>();
  let bytes = 0;
  let count = 0;
  for (const picture of [...seen].reverse()) {
    if (count >= rules.count) {
      chosen.set(picture, { reason: `at most ${rules.count} pictures go to this model` });
      continue;
    }
    const result = await fit(picture, rules);
    if ('reason' in result) {
      chosen.set(picture, result);
    } else if (bytes + result.data.length > rules.totalBase64Bytes) {
      chosen.set(picture, { reason: 'newer pictures take all the room that this model has for them' });
    } else {
      bytes += result.data.length;
      count++;
      chosen.set(picture, result);
    }
  }
  return prompt.map((message) => replaced(message, chosen));
}

function picturesIn(prompt: LanguageModelV3Prompt): Picture[] {
  return prompt.flatMap((message): Picture[] => {
    if (message.role === 'user')
      return message.content.flatMap((part) => (isPicture(part) ? [part as unknown as Picture] : []));
    if (message.role !== 'tool') return [];
    return message.content.flatMap((part) =>
      part.type === 'tool-result' && part.output.type === 'content'
        ? part.output.value.flatMap((entry) => (entry.type === 'image-data' ? [entry] : []))
        : [],
    );
  });
}

const isPicture = (part: { type: string; data?: unknown; mediaType?: string }): boolean =>
  part.type === 'file' && typeof part.data === 'string' && part.mediaType?.startsWith('image/') === true;

function replaced(message: LanguageModelV3Message, chosen: ReadonlyMap<Picture, Fitted>): LanguageModelV3Message {
  const note = ({ reason }: { reason: string }): { type: 'text'; text: string } => ({
    type: 'text',
    text: `(a picture is left out here: ${reason})`,
  });
  if (message.role === 'user') {
    return {
      ...message,
      content: message.content.map((part) => {
        const result = chosen.get(part as unknown as Picture);
        if (!result) return part;
        return 'reason' in result ? note(result) : { ...part, ...result };
      }) as typeof message.content,
    };
  }
  if (message.role !== 'tool') return message;
  return {
    ...message,
    content: message.content.map((part) => {
      if (part.type !== 'tool-result' || part.output.type !== 'content') return part;
      const value = part.output.value.map((entry) => {
        const result = entry.type === 'image-data' ? chosen.get(entry) : undefined;
        if (!result || entry.type !== 'image-data') return entry;
        return 'reason' in result ? note(result) : { ...entry, ...result };
      });
      return { ...part, output: { ...part.output, value } };
    }),
  };
}

async function fit({ data }: Picture, rules: PictureRules): Promise<Fitted> {
  const base64Bytes = Math.min(rules.base64Bytes, rules.totalBase64Bytes);
  const digest = createHash('sha1').update(data).digest('base64');
  const key = [digest, rules.side, base64Bytes, ...rules.formats].join(' ');
  const verdict = known.get(key) ?? (await convert(data, rules, base64Bytes));
  known.set(key, verdict);
  return 'reason' in verdict ? verdict : { data: verdict.data ?? data, mediaType: verdict.mediaType };
}

/** @returns without data where the picture fits as it is */
async function convert(
  data: string,
  { formats, side }: PictureRules,
  base64Bytes: number,
): Promise<{ data?: string; mediaType: string } | { reason: string }> {
  // Who says what a picture is may be wrong, and providers look.
  const mediaType = sniffImage(Buffer.from(cutText(data, HEAD, { mark: '' }), 'base64'));
  if (mediaType === undefined) return { reason: 'it is in no format that models read' };
  try {
    const bytes = Math.floor((base64Bytes / 4) * 3) - 3;
    const picture = await fitImage(Buffer.from(data, 'base64'), { side, bytes, formats });
    if (picture.note === undefined) return { mediaType };
    return { data: picture.data.toString('base64'), mediaType: picture.mimeType };
  } catch (error) {
    return { reason: messageOf(error) };
  }
}
