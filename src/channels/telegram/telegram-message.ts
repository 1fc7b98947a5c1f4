import type { Message, MessageEntity, User } from 'telegraf/types';

/**
 * What Telegram tells of a message, as far as it is read here. The library's own types end with Bot API 7.1; these follow
 * Bot API 10.3 (https://core.telegram.org/bots/api#message).
 */
export interface ReceivedMessage extends MessageContent {
  message_id: number;
  /** Of a message that only one person sees; the other number is 0 then. */
  ephemeral_message_id?: number;
  date: number;
  chat: TelegramChat;
  from?: User;
  sender_chat?: TelegramChat;
  /** Sent by the bot itself for a business account. */
  sender_business_bot?: User;
  business_connection_id?: string;
  guest_query_id?: string;
  message_thread_id?: number;
  is_topic_message?: boolean;
  media_group_id?: string;
  via_bot?: User;
  forward_origin?: MessageOrigin;
  reply_to_message?: ReceivedMessage;
  external_reply?: MessageContent & { origin: MessageOrigin; chat?: TelegramChat };
  quote?: { text: string; entities?: MessageEntity[] };
  reply_to_story?: Story;
  reply_to_checklist_task_id?: number;
  reply_to_poll_option_id?: string;
  text?: string;
  entities?: MessageEntity[];
  caption?: string;
  caption_entities?: MessageEntity[];
  rich_message?: { blocks?: RichBlock[] };
  reply_markup?: { inline_keyboard?: { text: string; url?: string }[][] };
  forum_topic_created?: { name: string };
}

/** What a message holds, and what an answer to a message of another chat tells of it. */
export interface MessageContent {
  animation?: FileFacts & Lasting;
  audio?: FileFacts & Lasting & { performer?: string; title?: string };
  checklist?: Checklist;
  contact?: { phone_number: string; first_name: string; last_name?: string; user_id?: number; vcard?: string };
  dice?: { emoji: string; value: number };
  document?: FileFacts;
  game?: { title: string; description: string; text?: string };
  giveaway?: Giveaway;
  giveaway_winners?: Giveaway & { winners?: User[] };
  invoice?: { title: string; description: string; currency: string; total_amount: number };
  live_photo?: FileFacts & Partial<Lasting>;
  location?: Location;
  paid_media?: { star_count: number; paid_media: PaidMedia[] };
  photo?: FileFacts[];
  poll?: Poll;
  sticker?: FileFacts & { emoji?: string; is_animated?: boolean; is_video?: boolean };
  story?: Story;
  venue?: { location: Location; title: string; address: string };
  video?: FileFacts & Lasting;
  video_note?: FileFacts & Lasting;
  voice?: FileFacts & Lasting;
  users_shared?: { users?: { user_id: number; first_name?: string; last_name?: string; username?: string }[] };
  chat_shared?: { chat_id: number; title?: string; username?: string };
  web_app_data?: { data: string; button_text: string };
}

export interface TelegramChat {
  id: number;
  type: string;
  title?: string;
  username?: string;
  first_name?: string;
  last_name?: string;
  is_forum?: boolean;
}

export interface MessageOrigin {
  type?: string;
  sender_user?: User;
  sender_user_name?: string;
  sender_chat?: TelegramChat;
  chat?: TelegramChat;
  author_signature?: string;
}

export interface FileFacts {
  file_id: string;
  file_size?: number;
  file_name?: string;
  thumbnail?: FileFacts;
}

/** @property duration in seconds */
interface Lasting {
  duration: number;
}

interface Story {
  chat?: TelegramChat;
  id?: number;
}

interface Location {
  latitude: number;
  longitude: number;
  /** Metres. */
  horizontal_accuracy?: number;
  /** Seconds for which it moves, from the date of the message. */
  live_period?: number;
  /** Degrees. */
  heading?: number;
}

export interface ChecklistTask {
  id: number;
  text: string;
  text_entities?: MessageEntity[];
  completed_by_user?: User;
  completed_by_chat?: TelegramChat;
  /** 0 while it is not done. */
  completion_date?: number;
}

export interface Checklist {
  title: string;
  title_entities?: MessageEntity[];
  tasks: ChecklistTask[];
}

export interface Poll {
  id: string;
  question: string;
  question_entities?: MessageEntity[];
  description?: string;
  description_entities?: MessageEntity[];
  options: { text: string; voter_count: number; persistent_id?: string }[];
  is_closed?: boolean;
  is_anonymous?: boolean;
  type?: string;
  allows_multiple_answers?: boolean;
  correct_option_id?: number;
  correct_option_ids?: number[];
  explanation?: string;
}

export interface PaidMedia {
  type: string;
  photo?: FileFacts[];
  video?: FileFacts & Lasting;
}

interface Giveaway {
  chats?: TelegramChat[];
  chat?: TelegramChat;
  winner_count?: number;
  prize_description?: string;
  prize_star_count?: number;
  premium_subscription_month_count?: number;
}

/** A text, several in a row, or a marked one (https://core.telegram.org/bots/api#richtext). */
export type RichText = string | RichText[] | RichSpan;

export interface RichSpan {
  type: string;
  text?: RichText;
  url?: string;
  email_address?: string;
  phone_number?: string;
  user?: User;
  unix_time?: number;
  alternative_text?: string;
  expression?: string;
}

interface RichCaption {
  text?: RichText;
  credit?: RichText;
}

/** https://core.telegram.org/bots/api#richblock */
export interface RichBlock {
  type: string;
  text?: RichText;
  size?: number;
  language?: string;
  expression?: string;
  items?: { label?: string; blocks?: RichBlock[]; has_checkbox?: boolean; is_checked?: boolean }[];
  blocks?: RichBlock[];
  credit?: RichText;
  cells?: { text?: RichText }[][];
  /** Of a table a text, of everything else a caption. */
  caption?: RichText | RichCaption;
  summary?: RichText;
  location?: Location;
  buttons?: unknown;
}

/** A message as the library types it. */
export const received = (message: Message): ReceivedMessage => message as unknown as ReceivedMessage;
