/**
 * One of everything that Telegram documents, as it formats it (https://core.telegram.org/bots/api, Bot API 10.3): what a
 * message may hold, what a message may tell of a chat, and the kinds of updates.
 */
export type Fields = Record<string, unknown>;

export const ANN = { id: 5, is_bot: false, first_name: 'Ann' };
export const BO = { id: 9, is_bot: false, first_name: 'Bo', last_name: 'Li', username: 'boli' };
export const GROUP = { id: -1001, type: 'supergroup', title: 'Garden club' };
const NEWS = { id: -1002, type: 'channel', title: 'News', username: 'news' };
const BOT = { id: 7000, is_bot: true, first_name: 'Nest', username: 'nest_test_bot' };
const DATE = 1_700_000_000;

const file = (name: string, more: Fields = {}): Fields => ({
  file_id: name,
  file_unique_id: `u-${name}`,
  file_size: 100,
  ...more,
});
const thumbnail = file('still', { width: 90, height: 90 });
const photo = [file('small', { width: 90, height: 90 }), file('large', { width: 800, height: 800 })];
const poll = {
  id: '77',
  question: 'Tea or coffee?',
  options: [
    { persistent_id: 'o1', text: 'Tea', voter_count: 2 },
    { persistent_id: 'o2', text: 'Coffee', voter_count: 1 },
  ],
  total_voter_count: 3,
  is_closed: false,
  is_anonymous: true,
  type: 'regular',
  allows_multiple_answers: false,
};
const checklist = {
  title: 'Trip',
  tasks: [
    { id: 1, text: 'Tickets', completed_by_user: BO, completion_date: DATE },
    { id: 2, text: 'Tent' },
  ],
};
const location = { latitude: 59.91, longitude: 10.75, horizontal_accuracy: 12 };
const gift = { id: 'g', sticker: file('gift', { type: 'regular', emoji: '🧸' }), star_count: 15 };

/** What a message may hold. */
export const CONTENTS: Readonly<Record<string, Fields>> = {
  text: {
    text: 'read the article',
    entities: [{ type: 'text_link', offset: 5, length: 11, url: 'https://a.example/' }],
  },
  rich_message: {
    rich_message: {
      blocks: [
        { type: 'heading', size: 2, text: 'Plan' },
        { type: 'paragraph', text: ['see ', { type: 'url', text: 'this', url: 'https://b.example/' }] },
        {
          type: 'list',
          items: [{ label: '1.', blocks: [{ type: 'paragraph', text: { type: 'bold', text: 'dig' } }] }],
        },
      ],
    },
  },
  animation: {
    animation: file('anim', { width: 10, height: 10, duration: 3, thumbnail, mime_type: 'video/mp4' }),
    document: file('anim', { thumbnail }),
  },
  audio: { audio: file('song', { duration: 200, performer: 'Bo', title: 'Rain', mime_type: 'audio/mpeg' }) },
  document: { document: file('doc', { file_name: 'notes.txt', mime_type: 'text/plain' }), caption: 'the notes' },
  live_photo: { live_photo: file('live', { width: 8, height: 8, duration: 2 }), photo },
  paid_media: {
    paid_media: {
      star_count: 25,
      paid_media: [
        { type: 'preview', duration: 5 },
        { type: 'photo', photo },
      ],
    },
  },
  photo: { photo, caption: 'a rose' },
  sticker: {
    sticker: file('st', {
      type: 'regular',
      width: 512,
      height: 512,
      is_animated: true,
      is_video: false,
      emoji: '🎉',
      thumbnail,
    }),
  },
  story: { story: { chat: NEWS, id: 4 } },
  video: { video: file('vid', { width: 10, height: 10, duration: 75, thumbnail }), caption: 'the pond' },
  video_note: { video_note: file('note', { length: 240, duration: 8, thumbnail }) },
  voice: { voice: file('voice', { duration: 4, mime_type: 'audio/ogg' }) },
  checklist: { checklist },
  contact: {
    contact: {
      phone_number: '+15550100',
      first_name: 'Bo',
      last_name: 'Li',
      user_id: 9,
      vcard:
        'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bo Li\r\nTEL;TYPE=CELL:+15550100\r\nORG:Rose Gar\r\n den Ltd\r\nEND:VCARD',
    },
  },
  dice: { dice: { emoji: '🎲', value: 4 } },
  game: { game: { title: 'Snake', description: 'Eat apples', photo } },
  poll: { poll },
  venue: { venue: { location, title: 'Rose café', address: 'Main street 1' }, location },
  location: { location: { ...location, live_period: 900, heading: 90 } },
  giveaway: {
    giveaway: { chats: [NEWS], winners_selection_date: DATE, winner_count: 3, prize_description: 'A tent' },
  },
  giveaway_winners: {
    giveaway_winners: {
      chat: NEWS,
      giveaway_message_id: 1,
      winners_selection_date: DATE,
      winner_count: 1,
      winners: [BO],
    },
  },
  invoice: {
    invoice: { title: 'Rose', description: 'A red one', start_parameter: '', currency: 'EUR', total_amount: 500 },
  },
  users_shared: { users_shared: { request_id: 1, users: [{ user_id: 9, first_name: 'Bo', last_name: 'Li' }] } },
  chat_shared: { chat_shared: { request_id: 2, chat_id: -1002, title: 'News' } },
  web_app_data: { web_app_data: { data: '{"seat":4}', button_text: 'Book' } },
};

/** What a message may tell of the chat that it is in. */
export const SERVICES: Readonly<Record<string, Fields>> = {
  new_chat_members: { new_chat_members: [BO] },
  left_chat_member: { left_chat_member: BO },
  chat_owner_left: { chat_owner_left: {} },
  chat_owner_changed: { chat_owner_changed: { new_owner: BO } },
  new_chat_title: { new_chat_title: 'Rose club' },
  new_chat_photo: { new_chat_photo: photo },
  delete_chat_photo: { delete_chat_photo: true },
  group_chat_created: { group_chat_created: true },
  supergroup_chat_created: { supergroup_chat_created: true },
  channel_chat_created: { channel_chat_created: true },
  message_auto_delete_timer_changed: { message_auto_delete_timer_changed: { message_auto_delete_time: 86_400 } },
  migrate_from_chat_id: { migrate_from_chat_id: -77 },
  pinned_message: { pinned_message: { message_id: 1, date: DATE, chat: GROUP, text: 'rules' } },
  successful_payment: {
    successful_payment: { currency: 'EUR', total_amount: 500, invoice_payload: 'p', telegram_payment_charge_id: 't' },
  },
  refunded_payment: {
    refunded_payment: { currency: 'XTR', total_amount: 20, invoice_payload: 'p', telegram_payment_charge_id: 't' },
  },
  gift: { gift: { gift, text: 'for you' } },
  unique_gift: {
    unique_gift: { gift: { base_name: 'Plush Bear', name: 'PlushBear-7', number: 7 }, origin: 'upgrade' },
  },
  gift_upgrade_sent: { gift_upgrade_sent: { gift } },
  connected_website: { connected_website: 'rose.example' },
  write_access_allowed: { write_access_allowed: { from_request: true } },
  passport_data: { passport_data: { data: [], credentials: { data: '', hash: '', secret: '' } } },
  proximity_alert_triggered: { proximity_alert_triggered: { traveler: BO, watcher: ANN, distance: 50 } },
  boost_added: { boost_added: { boost_count: 2 } },
  chat_background_set: { chat_background_set: { type: { type: 'chat_theme', theme_name: '🌸' } } },
  checklist_tasks_done: {
    checklist_tasks_done: {
      checklist_message: { message_id: 3, date: DATE, chat: GROUP, checklist },
      marked_as_done_task_ids: [2],
    },
  },
  checklist_tasks_added: { checklist_tasks_added: { tasks: [{ id: 3, text: 'Map' }] } },
  community_chat_added: { community_chat_added: {} },
  community_chat_joined: { community_chat_joined: {} },
  community_chat_removed: { community_chat_removed: {} },
  direct_message_price_changed: {
    direct_message_price_changed: { are_direct_messages_enabled: true, direct_message_star_count: 3 },
  },
  forum_topic_created: { forum_topic_created: { name: 'Tulips', icon_color: 7_322_096 } },
  forum_topic_edited: { forum_topic_edited: { name: 'Red tulips' } },
  forum_topic_closed: { forum_topic_closed: {} },
  forum_topic_reopened: { forum_topic_reopened: {} },
  general_forum_topic_hidden: { general_forum_topic_hidden: {} },
  general_forum_topic_unhidden: { general_forum_topic_unhidden: {} },
  giveaway_created: { giveaway_created: {} },
  giveaway_completed: { giveaway_completed: { winner_count: 3 } },
  managed_bot_created: { managed_bot_created: { bot: BOT } },
  paid_message_price_changed: { paid_message_price_changed: { paid_message_star_count: 7 } },
  poll_option_added: { poll_option_added: { option_persistent_id: 'o3', option_text: 'Water' } },
  poll_option_deleted: { poll_option_deleted: { option_persistent_id: 'o2', option_text: 'Coffee' } },
  suggested_post_approved: { suggested_post_approved: { send_date: DATE } },
  suggested_post_approval_failed: { suggested_post_approval_failed: { price: { currency: 'XTR', amount: 1 } } },
  suggested_post_declined: { suggested_post_declined: { comment: 'too long' } },
  suggested_post_paid: { suggested_post_paid: { currency: 'XTR', amount: 1 } },
  suggested_post_refunded: { suggested_post_refunded: { reason: 'post_deleted' } },
  video_chat_scheduled: { video_chat_scheduled: { start_date: DATE } },
  video_chat_started: { video_chat_started: {} },
  video_chat_ended: { video_chat_ended: { duration: 600 } },
  video_chat_participants_invited: { video_chat_participants_invited: { users: [BO] } },
};

const origin = (type: string, who: Fields): Fields => ({ type, date: DATE, ...who });

/** What a message may pass on or answer, beside what it holds. */
export const REFERENCES: Readonly<Record<string, Fields>> = {
  'forward_origin: user': { text: 'hello', forward_origin: origin('user', { sender_user: BO }) },
  'forward_origin: hidden_user': { text: 'hello', forward_origin: origin('hidden_user', { sender_user_name: 'Cy' }) },
  'forward_origin: chat': {
    text: 'hello',
    forward_origin: origin('chat', { sender_chat: GROUP, author_signature: 'Di' }),
  },
  'forward_origin: channel': { text: 'hello', forward_origin: origin('channel', { chat: NEWS, message_id: 3 }) },
  via_bot: { text: 'a cat', via_bot: { id: 8, is_bot: true, first_name: 'Cats', username: 'cats_bot' } },
  reply_to_message: {
    text: 'what is this?',
    reply_to_message: { message_id: 2, date: DATE, chat: GROUP, from: BO, photo, caption: 'my rose' },
  },
  quote: {
    text: 'really?',
    reply_to_message: { message_id: 2, date: DATE, chat: GROUP, from: BO, text: 'all of it is true' },
    quote: { text: 'is true', position: 10, is_manual: true },
  },
  external_reply: {
    text: 'and this?',
    external_reply: { origin: origin('channel', { chat: NEWS, message_id: 8 }), chat: NEWS, message_id: 8, photo },
    quote: { text: 'a headline', position: 0 },
  },
  reply_to_story: { text: 'nice', reply_to_story: { chat: NEWS, id: 3 } },
  reply_to_checklist_task_id: {
    text: 'done?',
    reply_to_message: { message_id: 3, date: DATE, chat: GROUP, from: BO, checklist },
    reply_to_checklist_task_id: 2,
  },
  reply_to_poll_option_id: {
    text: 'this one',
    reply_to_message: { message_id: 3, date: DATE, chat: GROUP, from: BO, poll },
    reply_to_poll_option_id: 'o2',
  },
};

const member = (chat: Fields, before: string, after: string, user: Fields = BO): Fields => ({
  chat,
  from: ANN,
  date: DATE,
  old_chat_member: { status: before, user },
  new_chat_member: { status: after, user },
});
const private_ = { id: 5, type: 'private', first_name: 'Ann' };
const written = (text: string, more: Fields = {}): Fields => ({
  message_id: 900,
  date: DATE,
  from: ANN,
  chat: private_,
  text,
  ...more,
});

/** Kinds of updates, other than those about one's own earlier messages. */
export const UPDATES: Readonly<Record<string, Fields>> = {
  message: written('a message'),
  channel_post: { message_id: 4, date: DATE, chat: NEWS, sender_chat: NEWS, text: 'a headline' },
  business_message: written('a customer', { message_id: 901, business_connection_id: 'conn' }),
  callback_query: {
    id: 'q1',
    from: ANN,
    chat_instance: '1',
    data: 'pressed it',
    message: { message_id: 902, date: DATE, chat: private_, from: BOT, text: 'a question' },
  },
  stopped_message_generation: { chat: private_, draft_id: 1 },
  business_connection: { id: 'conn', user: ANN, user_chat_id: 5, date: DATE, is_enabled: true },
  purchased_paid_media: { from: ANN, paid_media_payload: 'p' },
  chosen_inline_result: { result_id: 'r', from: ANN, query: 'cats' },
  managed_bot: { user: ANN, bot: BOT },
  subscription: { user: ANN, state: 'cancelled' },
  poll: { ...poll, is_closed: true },
  poll_answer: { poll_id: '77', user: ANN, option_ids: [0] },
  my_chat_member: member(GROUP, 'member', 'administrator', BOT),
  chat_member: member(GROUP, 'member', 'kicked'),
  chat_join_request: { chat: GROUP, from: BO, user_chat_id: 9, date: DATE, bio: 'I grow roses' },
  chat_boost: {
    chat: GROUP,
    boost: { boost_id: 'b', add_date: DATE, expiration_date: DATE, source: { source: 'premium', user: BO } },
  },
  removed_chat_boost: { chat: GROUP, boost_id: 'b', remove_date: DATE, source: { source: 'premium', user: BO } },
  message_reaction_count: {
    chat: GROUP,
    message_id: 3,
    date: DATE,
    reactions: [{ type: { type: 'emoji', emoji: '🔥' }, total_count: 3 }],
  },
  message_reaction: {
    chat: GROUP,
    message_id: 3,
    date: DATE,
    user: ANN,
    old_reaction: [],
    new_reaction: [{ type: 'custom_emoji', custom_emoji_id: '1' }, { type: 'paid' }],
  },
  guest_message: written('help', { guest_query_id: 'g1', chat: { id: -1, type: 'group', title: 'Elsewhere' } }),
  inline_query: { id: 'i1', from: ANN, query: 'cats', offset: '' },
  shipping_query: { id: 's1', from: ANN, invoice_payload: 'p', shipping_address: {} },
  pre_checkout_query: { id: 'p1', from: ANN, currency: 'EUR', total_amount: 1, invoice_payload: 'p' },
};

/** Updates that change or take back an earlier message. */
export const CHANGES = [
  'edited_message',
  'edited_channel_post',
  'edited_business_message',
  'deleted_business_messages',
];
