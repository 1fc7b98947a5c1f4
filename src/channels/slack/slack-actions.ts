import { linesOf, objectsOf } from '../../common/loose-json';
import { isPlainObject } from '../../common/plain-object';
import type { ActionWish } from '../action-wish';
import { ChannelSendError } from '../channel-adapter';
import { contentOf, sharedFor } from './content/slack-content';
import { NO_NAMES, plainText } from './content/slack-markup';
import type { SlackAccountConfig } from './slack.config';

type Call = [method: string, params: Record<string, unknown>];

interface Action {
  /** Switch in `channels.slack.actions`. */
  group: string;
  call(wish: ActionWish, channel: string): Call;
}

const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 100;

const ACTIONS: Readonly<Record<string, Action>> = {
  react: {
    group: 'reactions',
    call: (wish, channel) => [
      wish.remove ? 'reactions.remove' : 'reactions.add',
      {
        channel,
        timestamp: need('react', 'messageId', wish.messageId),
        name: nameOf(need('react', 'emoji', wish.emoji)),
      },
    ],
  },
  reactions: {
    group: 'reactions',
    call: (wish, channel) => ['reactions.get', { channel, timestamp: need('reactions', 'messageId', wish.messageId) }],
  },
  read: { group: 'messages', call: (wish, channel) => ['conversations.history', { channel, limit: limitOf(wish) }] },
  delete: {
    group: 'messages',
    call: (wish, channel) => ['chat.delete', { channel, ts: need('delete', 'messageId', wish.messageId) }],
  },
  unsend: {
    group: 'messages',
    call: (wish, channel) => ['chat.delete', { channel, ts: need('unsend', 'messageId', wish.messageId) }],
  },
  pin: {
    group: 'pins',
    call: (wish, channel) => ['pins.add', { channel, timestamp: need('pin', 'messageId', wish.messageId) }],
  },
  unpin: {
    group: 'pins',
    call: (wish, channel) => ['pins.remove', { channel, timestamp: need('unpin', 'messageId', wish.messageId) }],
  },
  'list-pins': { group: 'pins', call: (_, channel) => ['pins.list', { channel }] },
  'thread-reply': {
    group: 'messages',
    call: (wish, channel) => [
      'chat.postMessage',
      {
        channel,
        text: need('thread-reply', 'message', wish.text),
        thread_ts: need('thread-reply', 'threadId or messageId', wish.route.threadId ?? wish.messageId),
      },
    ],
  },
  'thread-list': {
    group: 'messages',
    call: (wish, channel) => [
      'conversations.replies',
      {
        channel,
        ts: need('thread-list', 'threadId or messageId', wish.route.threadId ?? wish.messageId),
        limit: limitOf(wish),
      },
    ],
  },
  'member-info': {
    group: 'memberInfo',
    call: (wish) => ['users.info', { user: need('member-info', 'userId', wish.userId) }],
  },
  'channel-info': { group: 'channelInfo', call: (_, channel) => ['conversations.info', { channel }] },
  'channel-list': {
    group: 'channelInfo',
    call: (wish) => ['conversations.list', { limit: limitOf(wish), exclude_archived: true }],
  },
  permissions: { group: 'permissions', call: (_, channel) => ['conversations.info', { channel }] },
  'emoji-list': { group: 'emojiList', call: () => ['emoji.list', {}] },
};

export const SLACK_ACTIONS: readonly string[] = Object.keys(ACTIONS);

/** @throws ChannelSendError refused: an action that is off, or what is missing for it */
export function actionCall(action: string, wish: ActionWish, channel: string, settings: SlackAccountConfig): Call {
  const known = ACTIONS[action];
  if (!known) throw new ChannelSendError('refused', `Slack has no action "${action}"`);
  if (settings.actions?.[known.group] === false)
    throw new ChannelSendError('refused', `${action} is off; set channels.slack.actions.${known.group} to true`);
  return known.call(wish, channel);
}

/** What the caller learns: ids, and what was asked for. */
export function describeAction(action: string, result: Record<string, unknown>): Record<string, unknown> {
  const { ok: _, response_metadata: __, ...rest } = result;
  switch (action) {
    case 'thread-reply':
      return { ok: true, messageId: result['ts'] };
    case 'read':
    case 'thread-list':
      return { ok: true, messages: messagesOf(result['messages']) };
    case 'list-pins':
      return { ok: true, entries: listOf(result['items']) };
    case 'channel-list':
      return { ok: true, entries: listOf(result['channels']) };
    default:
      return { ok: true, ...rest };
  }
}

const READABLE = new Set(
  'id ts user username bot_id text name topic purpose is_private is_member reactions thread_ts message'.split(' '),
);

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value)
    ? value.map((entry: unknown) =>
        isPlainObject(entry) ? Object.fromEntries(Object.entries(entry).filter(([key]) => READABLE.has(key))) : entry,
      )
    : [];

/** Messages of a history, with all that they say: also what stands in blocks, attachments and files. */
const messagesOf = (value: unknown): unknown[] =>
  objectsOf(value).map((message) => {
    const content = contentOf(message);
    const shared = sharedFor(content, NO_NAMES).map(({ sender, text }) => `[from ${sender ?? 'elsewhere'}] ${text}`);
    return { ...(listOf([message])[0] as object), text: linesOf(plainText(content.markup), ...shared) };
  });

const limitOf = ({ limit = DEFAULT_LIMIT }: ActionWish): number => Math.min(MAX_LIMIT, Math.max(1, limit));

/** Slack wants names: `:thumbsup:` or `thumbsup`; for the common signs the name is known. */
const NAMES: Readonly<Record<string, string>> = {
  '👍': 'thumbsup',
  '👎': 'thumbsdown',
  '❤️': 'heart',
  '👀': 'eyes',
  '✅': 'white_check_mark',
  '❌': 'x',
  '🎉': 'tada',
  '🙏': 'pray',
  '😂': 'joy',
  '🔥': 'fire',
  '⏳': 'hourglass_flowing_sand',
  '🤔': 'thinking_face',
  '👨‍💻': 'male-technologist',
  '⚡': 'zap',
  '😱': 'scream',
};

export function nameOf(emoji: string): string {
  const name = NAMES[emoji] ?? emoji.replace(/^:|:$/g, '');
  if (!/^[\w+'-]+$/.test(name))
    throw new ChannelSendError(
      'refused',
      `Slack knows emoji by name; "${emoji}" has none here, write thumbsup or the like`,
    );
  return name;
}

function need<T>(action: string, field: string, value: T | undefined): T {
  if (value === undefined) throw new ChannelSendError('refused', `${action} needs ${field}`);
  return value;
}
