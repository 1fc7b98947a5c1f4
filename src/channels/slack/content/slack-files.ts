import type { MediaKind, MediaRef } from '../../../common/chat-media';
import type { SharedText } from '../../../common/chat-text';
import { linesOf, objectOf, objectsOf, wordsOf } from '../../../common/loose-json';
import type { PlainObject } from '../../../common/plain-object';
import { plainName } from '../../../common/plain-name';
import { escaped } from './slack-markup';
import { link } from './slack-rich-text';

/** What is there of files: what can be fetched, what is to be said of each, and letters that others wrote. */
export interface SlackFiles {
  media: MediaRef[];
  /** Markup. */
  notes: string[];
  shared: SharedText[];
}

/** Files that Slack lists and does not give out, by `mode` or `file_access`. */
const GONE: Readonly<Record<string, string>> = {
  tombstone: 'a file that was deleted',
  hidden_by_limit: 'a file that Slack hides, as the workspace keeps no more',
  file_not_found: 'a file that is not there any more',
  access_denied: 'a file that the assistant may not see',
};

/** Files of a message (https://docs.slack.dev/reference/objects/file-object). */
export function filesOf(files: unknown): SlackFiles {
  const all: SlackFiles = { media: [], notes: [], shared: [] };
  for (const file of objectsOf(files)) take(file, all);
  return all;
}

function take(file: PlainObject, into: SlackFiles): void {
  const { id, mode, filetype, file_access: access } = file;
  const name = plainName(wordsOf(file['name']) || wordsOf(file['title']));
  const gone = GONE[wordsOf(mode)] ?? GONE[wordsOf(access)];
  if (gone !== undefined || wordsOf(id) === '') {
    into.notes.push(`(${gone ?? 'a file that Slack says nothing of'})`);
    return;
  }
  if (file['is_external'] === true || mode === 'external') {
    const address = wordsOf(file['external_url']) || wordsOf(file['url_private']) || wordsOf(file['permalink']);
    into.notes.push(`(a file elsewhere: ${link(address, name)})`);
    return;
  }
  if (filetype === 'email' || mode === 'email') {
    into.shared.push(letterOf(file));
    return;
  }
  if (filetype === 'list' || mode === 'list') {
    into.notes.push(`(a Slack list: ${link(wordsOf(file['permalink']), name)})`);
    return;
  }
  const media = mediaOf(file, name);
  const described = wordsOf(file['alt_txt']);
  into.media.push(media);
  into.notes.push(`(${kindWords(media)}${described ? `: ${escaped(described)}` : ''})`);
}

function mediaOf(file: PlainObject, name: string): MediaRef {
  const { mimetype, size, subtype } = file;
  const type = wordsOf(mimetype);
  const kind: MediaKind =
    subtype === 'slack_audio'
      ? 'voice'
      : type.startsWith('image/')
        ? 'photo'
        : type.startsWith('audio/')
          ? 'audio'
          : type.startsWith('video/')
            ? 'video'
            : 'document';
  return {
    ref: wordsOf(file['id']),
    kind,
    ...(name ? { name } : {}),
    ...(typeof size === 'number' ? { bytes: size } : {}),
  };
}

/** By its kind alone: its name is whoever's who made it, and stands with its content. */
const kindWords = ({ kind }: MediaRef): string => (kind === 'voice' ? 'voice message' : kind);

/** An e-mail that was sent into a channel, or shared there. */
function letterOf(file: PlainObject): SharedText {
  const people = (key: string): string =>
    objectsOf(file[key])
      .map(
        (each) => wordsOf(each['original']) || [each['name'], each['address']].map(wordsOf).filter(Boolean).join(' '),
      )
      .join(', ');
  const [from, to, cc] = ['from', 'to', 'cc'].map(people);
  const subject = wordsOf(file['subject']) || wordsOf(file['title']) || wordsOf(objectOf(file['headers'])['subject']);
  return {
    what: 'e-mail',
    ...(from ? { sender: from } : {}),
    text: linesOf(
      `Subject: ${subject}`,
      to ? `To: ${to}` : '',
      cc ? `Cc: ${cc}` : '',
      wordsOf(file['plain_text']) || wordsOf(file['preview_plain_text']) || wordsOf(file['preview']),
    ),
  };
}
