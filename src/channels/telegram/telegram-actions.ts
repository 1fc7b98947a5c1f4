import { isPlainObject } from '../../common/plain-object';
import type { ActionWish } from '../action-wish';
import { ChannelSendError } from '../channel-adapter';
import type { TelegramAccountConfig } from './telegram.config';

/** Actions of the `message` tool that the Bot API can do. */
export const TELEGRAM_ACTIONS = [
  'react',
  'delete',
  'unsend',
  'pin',
  'unpin',
  'poll',
  'thread-create',
  'member-info',
  'channel-info',
  'permissions',
  'renameGroup',
  'leaveGroup',
  'sticker',
] as const;

type Call = [method: string, params: Record<string, unknown>];

/** Switches of `channels.telegram.actions`, and whether they are on by themselves. */
const SWITCHES: Readonly<Record<string, [keyof NonNullable<TelegramAccountConfig['actions']>, boolean]>> = {
  react: ['reactions', true],
  delete: ['deleteMessage', true],
  unsend: ['deleteMessage', true],
  poll: ['sendMessage', true],
  sticker: ['sticker', false],
};

/** @throws ChannelSendError refused: an action that is off, or what is missing for it */
export function actionCall(action: string, wish: ActionWish, settings: TelegramAccountConfig): Call {
  const [name, isOn] = SWITCHES[action] ?? [];
  if (name !== undefined && (settings.actions?.[name] ?? isOn) !== true)
    throw new ChannelSendError('refused', `${action} is off; set channels.telegram.actions.${name} to true`);
  if (action === 'react' && !wish.remove && !mayReact(wish.by, settings.reactionLevel))
    throw new ChannelSendError(
      'refused',
      `channels.telegram.reactionLevel is ${settings.reactionLevel}; "minimal" and "extensive" allow reactions`,
    );
  const chat = { chat_id: wish.route.to };
  const message = (): Record<string, unknown> => ({
    ...chat,
    message_id: Number(need(action, 'messageId', wish.messageId)),
  });
  switch (action) {
    case 'react': {
      const { emoji, remove } = wish;
      return ['setMessageReaction', { ...message(), reaction: emoji && !remove ? [{ type: 'emoji', emoji }] : [] }];
    }
    case 'delete':
    case 'unsend':
      return ['deleteMessage', message()];
    case 'pin':
      return ['pinChatMessage', { ...message(), disable_notification: true }];
    case 'unpin':
      return wish.messageId === undefined ? ['unpinAllChatMessages', chat] : ['unpinChatMessage', message()];
    case 'poll': {
      const poll = need(action, 'pollQuestion and pollOption', wish.poll);
      return [
        'sendPoll',
        {
          ...chat,
          question: poll.question,
          options: poll.options.map((text) => ({ text })),
          allows_multiple_answers: poll.multiple,
          is_anonymous: poll.anonymous,
          ...(poll.seconds === undefined ? {} : { open_period: poll.seconds }),
        },
      ];
    }
    case 'thread-create':
      return ['createForumTopic', { ...chat, name: need(action, 'threadName', wish.name) }];
    case 'member-info':
      return ['getChatMember', { ...chat, user_id: Number(need(action, 'userId', wish.userId)) }];
    case 'channel-info':
    case 'permissions':
      return ['getChat', chat];
    case 'renameGroup':
      return ['setChatTitle', { ...chat, title: need(action, 'name', wish.name) }];
    case 'leaveGroup':
      return ['leaveChat', chat];
    case 'sticker':
      return ['sendSticker', { ...chat, sticker: need(action, 'name, the file id of a sticker,', wish.name) }];
    default:
      throw new ChannelSendError('refused', `Telegram has no action "${action}"`);
  }
}

/** Signs of the gateway are all that "ack" allows; what a person asks for is theirs to decide. */
const mayReact = (by: ActionWish['by'], level: TelegramAccountConfig['reactionLevel']): boolean =>
  by === undefined || (level !== 'off' && (level !== 'ack' || by === 'gateway'));

const GUIDANCE: Partial<Record<NonNullable<TelegramAccountConfig['reactionLevel']>, string>> = {
  minimal:
    'Reactions in this chat (tool message, action react): only to what matters, at most one in five to ten exchanges.',
  extensive:
    'Reactions in this chat (tool message, action react): whenever one fits what was said, as people who know each other do.',
};

/** What the assistant is told of reactions, where it may make some by itself. */
export const reactionGuidance = ({ reactionLevel, actions }: TelegramAccountConfig): string | undefined =>
  reactionLevel === undefined || actions?.reactions === false ? undefined : GUIDANCE[reactionLevel];

/** What the caller learns: ids and plain facts. */
export function describeAction(action: string, result: unknown): Record<string, unknown> {
  if (!isPlainObject(result)) return { ok: true };
  const thread = result['message_thread_id'];
  switch (action) {
    case 'poll':
    case 'sticker':
      return { ok: true, messageId: String(result['message_id']) };
    case 'thread-create':
      return { ok: true, threadId: String(thread) };
    case 'permissions':
      return { ok: true, permissions: result['permissions'] ?? {} };
    default:
      return { ok: true, result };
  }
}

function need<T>(action: string, field: string, value: T | undefined): T {
  if (value === undefined) throw new ChannelSendError('refused', `${action} needs ${field}`);
  return value;
}
