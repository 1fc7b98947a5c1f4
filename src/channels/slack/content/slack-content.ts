import type { MediaRef } from '../../../common/chat-media';
import type { QuotedText, SharedText } from '../../../common/chat-text';
import { linesOf, objectOf, wordsOf } from '../../../common/loose-json';
import { eachOnce } from '../../kit/picture-address';
import { type SlackShare, sharesOf } from './slack-attachments';
import { blocksText, picturesIn } from './slack-blocks';
import { filesOf } from './slack-files';
import { type SlackNaming, essenceOf, mentions, plainText, unnamedIn, withoutMention } from './slack-markup';

/** The parts of a message that say something; whoever writes for Slack may leave out or change any of it. */
export interface SlackContentSource {
  user?: string;
  username?: string;
  text?: string;
  blocks?: unknown;
  attachments?: unknown;
  files?: unknown;
  /** First message of the thread, where a reply is shown in the channel, too. */
  root?: unknown;
  bot_profile?: unknown;
}

/** What a message says, before names are known. */
export interface SlackContent {
  /** Markup of whoever sends it. */
  markup: string;
  shares: SlackShare[];
  letters: SharedText[];
  /** Without what comes with shares. */
  media: MediaRef[];
  /** Markup of the message that it answers, with who wrote that. */
  root?: { user: string; markup: string; ts: string };
}

export function contentOf(source: SlackContentSource): SlackContent {
  const files = filesOf(source.files);
  const shares = sharesOf(source.attachments, botNameOf(source));
  const said = saidIn(source);
  // A file is named where nothing else says what came; what is said of it, and what can't be fetched, always.
  const isNamed = (note: string): boolean => said === '' || !PLAIN_NOTES.has(note);
  const root = objectOf(source.root);
  const rootMarkup = source.root === undefined ? '' : contentOf(root).markup;
  return {
    markup: linesOf(said, ...files.notes.filter(isNamed)),
    shares,
    letters: [...files.shared, ...shares.flatMap(({ shared }) => shared)],
    media: eachOnce([...files.media, ...picturesIn(source.blocks)]),
    ...(rootMarkup === '' ? {} : { root: { user: textIn(root['user']), markup: rootMarkup, ts: textIn(root['ts']) } }),
  };
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

/** All files and pictures of a message. */
export const mediaIn = ({ media, shares }: SlackContent): MediaRef[] =>
  eachOnce([...media, ...shares.flatMap((share) => share.media)]);

const PLAIN_NOTES: ReadonlySet<string> = new Set(
  ['photo', 'document', 'voice message', 'audio', 'video'].map((kind) => `(${kind})`),
);

export const botNameOf = ({ username, bot_profile }: SlackContentSource): string | undefined => {
  const { name } = objectOf(bot_profile);
  return username ?? (typeof name === 'string' ? name : undefined);
};

/** Text and blocks mostly say the same, one of them less of it: then the fuller one counts, else both. */
function saidIn(source: SlackContentSource): string {
  const text = wordsOf(source.text);
  const { blocks } = source;
  const inBlocks = blocksText(blocks);
  const [short, full] = [essenceOf(text), essenceOf(inBlocks)];
  if (short.includes(full)) return text.trim() === '' ? inBlocks : text;
  return full.includes(short) ? inBlocks : linesOf(text, inBlocks);
}

const markupsOf = ({ markup, shares, root }: SlackContent): string =>
  [markup, ...shares.map(({ text }) => text), root?.markup ?? ''].join('\n');

/** Ids of people, channels and groups that a message speaks of without their names. */
export function unnamedOf(content: SlackContent): ReturnType<typeof unnamedIn> {
  const found = unnamedIn(markupsOf(content));
  return { ...found, people: [...found.people, ...(content.root?.user ? [content.root.user] : [])] };
}

export const speaksTo = ({ markup }: SlackContent, userId: string): boolean => mentions(markup, userId);

/** What the sender says, in plain words. */
export const textFor = ({ markup }: SlackContent, names: SlackNaming, botUserId: string): string =>
  plainText(withoutMention(markup, botUserId), names);

/** What the sender passes on, each with its author. */
export const sharedFor = ({ shares, letters }: SlackContent, names: SlackNaming): SharedText[] => [
  ...shares.map(({ sender, text, what }) => ({
    ...(sender ? { sender: plainText(sender, names) } : {}),
    ...(what ? { what } : {}),
    text: plainText(text, names),
  })),
  ...letters,
];

export const quotedFor = (
  { root }: SlackContent,
  names: SlackNaming,
  ids: { sender: string; bot: string },
): { quoted?: QuotedText } => {
  if (!root) return {};
  const isOwn = root.user === ids.bot;
  const sender = isOwn ? 'your message' : names.person(root.user);
  return {
    quoted: {
      ...(sender ? { sender } : {}),
      text: plainText(root.markup, names),
      isForeign: !isOwn && root.user !== ids.sender,
      ...(isOwn ? { ownId: root.ts } : {}),
    },
  };
};
