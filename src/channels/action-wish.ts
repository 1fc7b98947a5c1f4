import type { ChatPoll } from '../common/chat-media';
import type { DeliveryRoute } from '../common/delivery-route';

/** What an action is about. */
export interface ActionWish {
  /** Who wants it, where no person asks for it: the assistant by its tool, or the gateway, which sets signs. */
  by?: 'assistant' | 'gateway';
  account: string;
  route: DeliveryRoute;
  messageId?: string;
  emoji?: string;
  /** Take the reaction back. */
  remove?: boolean;
  /** Person that it is about. */
  userId?: string;
  name?: string;
  /** Words of a message or description. */
  text?: string;
  /** What to look for. */
  query?: string;
  /** Most entries of a list. */
  limit?: number;
  roleId?: string;
  minutes?: number;
  poll?: ChatPoll;
}
