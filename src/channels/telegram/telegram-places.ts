import type { DeliveryRoute } from '../../common/delivery-route';
import type { OutboundMessage } from '../channel-adapter';

const GENERAL_TOPIC = '1';
const BUSINESS = /^business:([^:]+):(-?\d+)$/;

/** A chat of the owner's own account that the bot answers in by a business connection. */
export const businessChat = (connection: string, chatId: string): string => `business:${connection}:${chatId}`;

/** What people put before a chat's id or name. */
const PREFIXES = /^(?:(?:telegram|tg|user|group|channel):)+/i;

/** The one spelling of a chat that all of its spellings share; a public name stays a name, which Telegram has to be asked for. */
export function chatIdOf(to: string): string {
  const plain = to.trim().replace(PREFIXES, '');
  if (plain.startsWith('@')) return plain.toLowerCase();
  return /^[+-]?\d+$/.test(plain) && Number.isSafeInteger(Number(plain)) ? String(Number(plain)) : plain;
}

/** Where a call leads: the chat, and how it is reached. Messages to the general topic carry no thread. */
export function placeOf(route: DeliveryRoute, method = 'sendMessage'): Record<string, unknown> {
  const [, connection, chat] = BUSINESS.exec(route.to) ?? [];
  const hasThread = route.threadId !== undefined && (route.threadId !== GENERAL_TOPIC || method === 'sendChatAction');
  return {
    chat_id: chat ?? chatIdOf(route.to),
    ...(connection ? { business_connection_id: connection } : {}),
    ...(method.startsWith('send') && hasThread ? { message_thread_id: Number(route.threadId) } : {}),
  };
}

/** The message that another quotes. */
export function quote(message: OutboundMessage, mode: 'off' | 'first' | 'all' = 'first'): Record<string, unknown> {
  const id =
    mode === 'off' ? undefined : mode === 'all' ? (message.replyToId ?? message.route.replyToId) : message.replyToId;
  return id ? { reply_parameters: { message_id: Number(id), allow_sending_without_reply: true } } : {};
}

/**
 * Whether links are shown as cards. Telegram fetches a page to make one, so an address that the assistant was talked into
 * would be called without anybody touching it: only where the owner wants that.
 */
export function preview(linkPreview: boolean | undefined): Record<string, unknown> {
  return linkPreview === true ? {} : { link_preview_options: { is_disabled: true } };
}
