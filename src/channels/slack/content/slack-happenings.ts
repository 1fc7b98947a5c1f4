import { objectOf, wordsOf } from '../../../common/loose-json';
import { plainName } from '../../../common/plain-name';

/** A message that only says what happened. */
export interface SlackHappened {
  subtype?: string;
  text?: string;
  name?: unknown;
  topic?: unknown;
  purpose?: unknown;
  room?: unknown;
}

/**
 * Subtypes of messages (https://docs.slack.dev/reference/events/message) that people write, and bots: they are answered.
 * The old names of broadcasts and comments are in use in old histories only.
 */
export const WRITTEN: ReadonlySet<string | undefined> = new Set([
  undefined,
  'bot_message',
  'file_comment',
  'file_mention',
  'file_share',
  'me_message',
  'slackbot_response',
  'thread_broadcast',
]);

/** Subtypes that change another message, or repeat one that comes by itself. */
export const ABOUT_OTHERS: ReadonlySet<string> = new Set([
  'assistant_app_thread',
  'message_changed',
  'message_deleted',
  'message_replied',
  'reply_broadcast',
  'tombstone',
]);

type Words = string | ((event: SlackHappened) => string);

const named = (what: string, value: unknown): string => {
  const name = plainName(wordsOf(value));
  return name === '' ? what : `${what} "${name}"`;
};

/** What happened, as said after the name of whoever did it. */
const HAPPENED: Readonly<Record<string, Words>> = {
  app_conversation_leave: 'took an app out of the channel',
  bot_add: 'added an app to the channel',
  bot_disable: 'switched an app off',
  bot_enable: 'switched an app on',
  bot_remove: 'removed an app from the channel',
  channel_archive: 'archived the channel',
  channel_canvas_updated: 'changed the canvas of the channel',
  channel_convert_to_private: 'made the channel private',
  channel_convert_to_public: 'made the channel public',
  channel_join: 'joined the channel',
  channel_leave: 'left the channel',
  channel_name: ({ name }) => named('renamed the channel to', name),
  channel_posting_permissions: 'changed who may write in the channel',
  channel_purpose: ({ purpose }) => named('changed the description of the channel to', purpose),
  channel_topic: ({ topic }) => named('changed the topic to', topic),
  channel_unarchive: 'took the channel out of the archive',
  document_mention: 'named the assistant in a canvas',
  ekm_access_denied: 'has a message that the administrators of the workspace have locked away',
  group_archive: 'archived the channel',
  group_join: 'joined the channel',
  group_leave: 'left the channel',
  group_name: ({ name }) => named('renamed the channel to', name),
  group_purpose: ({ purpose }) => named('changed the description of the channel to', purpose),
  group_topic: ({ topic }) => named('changed the topic to', topic),
  group_unarchive: 'took the channel out of the archive',
  huddle_thread: ({ room }) =>
    objectOf(room)['has_ended'] === true ? 'had a huddle, which has ended' : 'started a huddle',
  joiner_notification: 'is new in the workspace',
  pinned_item: 'pinned a message',
  reminder_add: 'set a reminder',
  reminder_delete: 'deleted a reminder',
  sh_room_created: 'started a call',
  tabbed_canvas_updated: 'changed a canvas of the channel',
  unpinned_item: 'unpinned a message',
};

export const KNOWN_HAPPENINGS: readonly string[] = Object.keys(HAPPENED);

/** Whose text says more than the words above. */
const WITH_TEXT: ReadonlySet<string> = new Set([
  'document_mention',
  'reminder_add',
  'reminder_delete',
  'ekm_access_denied',
]);

/**
 * What happened in a channel, without the name of whoever did it; of a kind that nobody here knows, its own text.
 * Undefined for messages that somebody wrote, and for what is about other messages.
 * @param text the message's own text, in plain words
 */
export function happenedWords(event: SlackHappened, text: string): string | undefined {
  const { subtype } = event;
  if (subtype === undefined || WRITTEN.has(subtype) || ABOUT_OTHERS.has(subtype)) return undefined;
  const words = Object.hasOwn(HAPPENED, subtype) ? HAPPENED[subtype] : undefined;
  if (words === undefined) return `told something of the kind "${plainName(subtype)}"${text === '' ? '' : `: ${text}`}`;
  const said = typeof words === 'string' ? words : words(event);
  return WITH_TEXT.has(subtype) && text !== '' ? `${said}: ${text}` : said;
}
