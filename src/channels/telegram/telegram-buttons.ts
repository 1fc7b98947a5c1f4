import type { CallbackQuery, Message } from 'telegraf/types';
import type { ReplyButton } from '../../common/chat-media';
import type { DeliveryRoute } from '../../common/delivery-route';
import type { TelegramAccountConfig } from './telegram.config';

/** Most bytes that Telegram gives back with a pressed button. */
const MAX_DATA_BYTES = 64;

/** Buttons under a message; those whose text Telegram would not carry are left out. */
export function keyboard(rows: readonly (readonly ReplyButton[])[] | undefined): Record<string, unknown> {
  const fitting = (rows ?? [])
    .map((row) => row.filter(({ says }) => Buffer.byteLength(says) <= MAX_DATA_BYTES))
    .filter((row) => row.length > 0);
  if (fitting.length === 0) return {};
  return {
    reply_markup: {
      inline_keyboard: fitting.map((row) => row.map(({ label, says }) => ({ text: label, callback_data: says }))),
    },
  };
}

/** A pressed button as the message that its presser might have typed; undefined for buttons without a text. */
export function pressedMessage(query: CallbackQuery): Message | undefined {
  if (!('data' in query) || query.message === undefined || query.data.trim() === '') return undefined;
  const { chat, message_id: messageId } = query.message;
  const thread = query.message as { message_thread_id?: number; is_topic_message?: boolean };
  return {
    message_id: messageId,
    date: Math.floor(Date.now() / 1000),
    chat,
    from: query.from,
    text: query.data,
    ...(thread.is_topic_message ? { is_topic_message: true, message_thread_id: thread.message_thread_id } : {}),
  } as Message;
}

/** Whether an account shows buttons in a chat; it does unless it is told otherwise. */
export function hasButtons({ capabilities }: TelegramAccountConfig, route: DeliveryRoute): boolean {
  const mode = Array.isArray(capabilities)
    ? capabilities.includes('inlineButtons')
      ? 'all'
      : 'off'
    : capabilities?.['inlineButtons'];
  if (mode === 'off') return false;
  const isDirect = route.chatType === undefined ? !route.to.startsWith('-') : route.chatType === 'direct';
  return mode === 'dm' ? isDirect : mode === 'group' ? !isDirect : true;
}
