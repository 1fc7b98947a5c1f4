import type { MediaKind, MediaRef } from '../../common/chat-media';
import type { FileFacts, MessageContent, PaidMedia } from './telegram-message';

/** What a file is called in the text of its message, and what of it can be fetched. */
export interface SentMedia {
  label: string;
  media: MediaRef[];
}

/** The file of a message; undefined where it has none. */
export function mediaOf(content: MessageContent): SentMedia | undefined {
  const { animation, audio, document, live_photo: live, paid_media: paid, photo, sticker, video, voice } = content;
  const { video_note: note } = content;
  if (live || photo) return { label: live ? 'live photo' : 'photo', media: largest(photo ?? []) };
  if (voice) return { label: 'voice message', media: [fileOf('voice', voice)] };
  if (audio) return { label: 'audio', media: [fileOf('audio', audio, titleOf(audio))] };
  if (video) return moving('video', video);
  if (note) return moving('video note', note);
  // Telegram gives the same file as a document, too.
  if (animation) return moving('animation', animation);
  if (document) return { label: 'document', media: [fileOf('document', document)] };
  if (sticker) {
    const file = sticker.is_animated || sticker.is_video ? sticker.thumbnail : sticker;
    const kind = sticker.is_video ? 'video sticker' : sticker.is_animated ? 'animated sticker' : 'sticker';
    const still = file && file !== sticker ? ', of which a still is shown' : '';
    return {
      label: `${kind} ${sticker.emoji ?? ''}`.trim() + still,
      media: file ? [fileOf('sticker', file)] : [],
    };
  }
  if (paid)
    return {
      label: `paid media for ${paid.star_count} stars: ${paid.paid_media.map(({ type }) => nameOfPaid(type)).join(', ')}`,
      media: paid.paid_media.flatMap(paidFile),
    };
  return undefined;
}

function fileOf(kind: MediaKind, file: FileFacts, name = file.file_name): MediaRef {
  return {
    ref: file.file_id,
    kind,
    ...(name ? { name } : {}),
    ...(file.file_size === undefined ? {} : { bytes: file.file_size }),
  };
}

function largest(sizes: readonly FileFacts[]): MediaRef[] {
  const file = sizes.at(-1);
  return file ? [fileOf('photo', file)] : [];
}

/** Nobody here looks at moving pictures: a still of it is shown, where Telegram has one. */
function moving(what: string, file: FileFacts & { duration?: number }): SentMedia {
  const length = file.duration === undefined ? '' : `, ${seconds(file.duration)}`;
  const { thumbnail } = file;
  return {
    label: `${what}${length}${thumbnail ? ', of which a still is shown' : ''}`,
    media: thumbnail ? [fileOf('photo', thumbnail)] : [],
  };
}

const seconds = (count: number): string =>
  count < 60 ? `${count} s` : `${Math.floor(count / 60)}:${String(count % 60).padStart(2, '0')} min`;

function titleOf({
  file_name: name,
  performer,
  title,
}: FileFacts & { performer?: string; title?: string }): string | undefined {
  const piece = [performer, title].filter(Boolean).join(' – ');
  return [piece, name].filter(Boolean).join(', ') || undefined;
}

const PAID: Readonly<Record<string, string>> = {
  preview: 'not paid for',
  photo: 'photo',
  video: 'video',
  live_photo: 'live photo',
};
const nameOfPaid = (type: string): string => PAID[type] ?? 'something else';

function paidFile({ photo, video }: PaidMedia): MediaRef[] {
  if (photo) return largest(photo);
  return video ? moving('video', video).media : [];
}
