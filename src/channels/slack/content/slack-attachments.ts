import type { MediaRef } from '../../../common/chat-media';
import { linesOf, objectOf, objectsOf, wordsOf } from '../../../common/loose-json';
import type { PlainObject } from '../../../common/plain-object';
import { eachOnce, picturesAt } from '../../kit/picture-address';
import { blocksText, picturesIn, textOf } from './slack-blocks';
import { type SlackFiles, filesOf } from './slack-files';
import { escaped } from './slack-markup';
import { link } from './slack-rich-text';

/** What somebody passes on, or an app adds to its message, as markup. */
export interface SlackShare extends SlackFiles {
  sender?: string;
  /** What it is, where it is no message. */
  what?: string;
  text: string;
  /** Slack shows it of a link in the text. */
  isPreview: boolean;
}

/**
 * Attachments (https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments): messages that were
 * shared, cards of apps, previews. What they say is others' word, whoever sends them; colours and icons say nothing.
 */
export const sharesOf = (attachments: unknown, appName: string | undefined): SlackShare[] =>
  objectsOf(attachments).map((attachment) => shareOf(attachment, appName));

function shareOf(attachment: PlainObject, appName: string | undefined): SlackShare {
  const at = (key: string): string => wordsOf(attachment[key]);
  const files = filesOf(attachment['files']);
  const body = messageOf(attachment) || at('text');
  const told = linesOf(
    at('pretext'),
    title(at('title'), at('title_link')),
    body,
    ...objectsOf(attachment['fields']).map(fieldOf),
    picture(at('image_url')),
    at('image_url') ? '' : picture(at('thumb_url')),
    at('video_url') || at('video_html')
      ? `(video ${link(at('video_url') || at('original_url') || at('from_url'))})`
      : '',
    buttons(attachment['actions']),
    textOf(objectOf(attachment['preview'])['title']),
    textOf(objectOf(attachment['preview'])['subtitle']),
    ...files.notes,
    escaped(at('footer')),
  );
  const origin = link(at('from_url') || at('original_url') || at('author_link'));
  const fallback = told === '' ? at('fallback') || '(an attachment without words)' : '';
  const sender = senderOf(attachment) ?? appName;
  const isMessage = attachment['is_share'] === true || attachment['is_msg_unfurl'] === true;
  const isPreview = !isMessage && (at('from_url') !== '' || attachment['is_app_unfurl'] === true);
  return {
    ...files,
    media: eachOnce([
      ...files.media.map((media) => ({ ...media, isForeign: true as const })),
      ...picturesOf(attachment),
    ]),
    ...(sender ? { sender } : {}),
    ...(isMessage ? {} : { what: isPreview ? 'preview of a link' : 'card' }),
    isPreview,
    text: linesOf(told, fallback, origin ? `(${origin})` : ''),
  };
}

/** What a card or preview shows, the large picture before the small one. */
const picturesOf = (attachment: PlainObject): MediaRef[] => [
  ...picturesAt(wordsOf(attachment['image_url']) || wordsOf(attachment['thumb_url'])),
  ...objectsOf(attachment['message_blocks']).flatMap(({ message }) => picturesIn(objectOf(message)['blocks'])),
  ...picturesIn(attachment['blocks']),
];

/** The blocks of a shared message, or of an app's card: they say what `text` says in short. */
function messageOf(attachment: PlainObject): string {
  const inner = objectsOf(attachment['message_blocks'])
    .map(({ message }) => blocksText(objectOf(message)['blocks']))
    .filter(Boolean);
  const own = blocksText(attachment['blocks']);
  return linesOf(...inner, own);
}

function senderOf(attachment: PlainObject): string | undefined {
  const at = (key: string): string => wordsOf(attachment[key]);
  const who = at('author_name') || at('author_subname') || at('service_name');
  const place = at('channel_name');
  if (who === '') return place === '' ? undefined : `#${place}`;
  return place === '' ? who : `${who} in #${place}`;
}

const title = (text: string, address: string): string =>
  text === '' ? link(address) : address === '' ? `*${text}*` : `*${text}* (${link(address)})`;

const fieldOf = ({ title: name, value }: PlainObject): string =>
  [wordsOf(name), wordsOf(value)].filter(Boolean).join(': ');

const picture = (address: string): string => (address === '' ? '' : `(picture ${link(address)})`);

const buttons = (actions: unknown): string =>
  objectsOf(actions)
    .map(
      ({ text, name, url }) =>
        `[${[wordsOf(text) || wordsOf(name), wordsOf(url)].filter(Boolean).map(escaped).join(': ')}]`,
    )
    .join(' ');
