import type { CallbackQuery, User } from 'telegraf/types';
import type { Poll, ReceivedMessage, TelegramChat } from './telegram-message';

/** What Telegram tells a bot, after Bot API 10.3 (https://core.telegram.org/bots/api#update). One of them is there. */
export interface ReceivedUpdate {
  update_id: number;
  message?: ReceivedMessage;
  edited_message?: ReceivedMessage;
  channel_post?: ReceivedMessage;
  edited_channel_post?: ReceivedMessage;
  business_connection?: BusinessConnection;
  business_message?: ReceivedMessage;
  edited_business_message?: ReceivedMessage;
  deleted_business_messages?: { business_connection_id: string; chat: TelegramChat; message_ids: number[] };
  guest_message?: ReceivedMessage;
  message_reaction?: ReactionChange;
  message_reaction_count?: ReactionCount;
  inline_query?: { id: string };
  chosen_inline_result?: { from: User; result_id: string };
  callback_query?: CallbackQuery;
  shipping_query?: { id: string };
  pre_checkout_query?: { id: string };
  purchased_paid_media?: { from: User };
  poll?: Poll;
  poll_answer?: PollAnswer;
  my_chat_member?: MemberChange;
  chat_member?: MemberChange;
  chat_join_request?: { chat: TelegramChat; from: User; date: number; bio?: string };
  chat_boost?: { chat: TelegramChat; boost: { boost_id: string; source: { user?: User } } };
  removed_chat_boost?: { chat: TelegramChat; boost_id: string; source: { user?: User } };
  managed_bot?: { user: User; bot?: User };
  subscription?: { user: User };
  stopped_message_generation?: { chat: TelegramChat; message_thread_id?: number; draft_id: number };
}

export type UpdateKind = Exclude<keyof ReceivedUpdate, 'update_id'>;

/** All kinds: Telegram tells some of them only to a bot that asks for them by name. */
export const UPDATE_KINDS: readonly UpdateKind[] = [
  'message',
  'edited_message',
  'channel_post',
  'edited_channel_post',
  'business_connection',
  'business_message',
  'edited_business_message',
  'deleted_business_messages',
  'guest_message',
  'message_reaction',
  'message_reaction_count',
  'inline_query',
  'chosen_inline_result',
  'callback_query',
  'shipping_query',
  'pre_checkout_query',
  'purchased_paid_media',
  'poll',
  'poll_answer',
  'my_chat_member',
  'chat_member',
  'chat_join_request',
  'chat_boost',
  'removed_chat_boost',
  'managed_bot',
  'subscription',
  'stopped_message_generation',
];

export interface BusinessConnection {
  id: string;
  user: User;
  user_chat_id: number;
  date: number;
  is_enabled: boolean;
}

export type Reaction = { type: string; emoji?: string };

export interface ReactionChange {
  chat: TelegramChat;
  message_id: number;
  date: number;
  user?: User;
  actor_chat?: TelegramChat;
  old_reaction: Reaction[];
  new_reaction: Reaction[];
}

export interface ReactionCount {
  chat: TelegramChat;
  message_id: number;
  date: number;
  reactions: { type: Reaction; total_count: number }[];
}

export interface PollAnswer {
  poll_id: string;
  user?: User;
  voter_chat?: TelegramChat;
  option_ids: number[];
  option_persistent_ids?: string[];
}

export interface MemberChange {
  chat: TelegramChat;
  from: User;
  date: number;
  old_chat_member: { status: string; user: User };
  new_chat_member: { status: string; user: User };
}
