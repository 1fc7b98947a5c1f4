import type { DeliveryRoute } from '../../common/delivery-route';

const GENERAL_TOPIC = '1';
const BUSINESS = /^business:([^:]+):(-?\d+)$/;

/** A chat of the owner's own account that the bot answers in by a business connection. */
export const businessChat = (connection: string, chatId: string): string => `business:${connection}:${chatId}`;

/** Where a call leads: the chat, and how it is reached. Messages to the general topic carry no thread. */
export function placeOf(route: DeliveryRoute, method = 'sendMessage'): Record<string, unknown> {
  const [, connection, chat] = BUSINESS.exec(route.to) ?? [];
  const hasThread = route.threadId !== undefined && (route.threadId !== GENERAL_TOPIC || method === 'sendChatAction');
  return {
    chat_id: chat ?? route.to.replace(/^(telegram|tg):/i, ''),
    ...(connection ? { business_connection_id: connection } : {}),
    ...(method.startsWith('send') && hasThread ? { message_thread_id: Number(route.threadId) } : {}),
  };
}
