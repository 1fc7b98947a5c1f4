import { linesOf } from '../../common/loose-json';
import { type PlainObject, isPlainObject } from '../../common/plain-object';
import type { ActionWish } from '../action-wish';
import { ChannelSendError } from '../channel-adapter';
import { embedFlags } from './discord-format';
import { contentOf } from './content/discord-content';
import { NO_NAMES } from './content/discord-markup';
import type { DiscordAccountConfig } from './discord.config';

export interface DiscordCall {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: `/${string}`;
  query?: Record<string, string>;
  body?: Record<string, unknown>;
}

interface Place {
  channelId: string;
  guildId: string | undefined;
}

interface Action {
  /** Switch in `channels.discord.actions`. */
  group: string;
  call(wish: ActionWish, place: Place): DiscordCall;
}

/** Groups that change who may do what; off until somebody switches them on. */
const OFF_BY_DEFAULT = new Set(['roles', 'moderation', 'channels']);
const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 100;
const CATEGORY = 4;

const ACTIONS: Readonly<Record<string, Action>> = {
  react: {
    group: 'reactions',
    call: (wish, place) => ({
      method: wish.remove ? 'DELETE' : 'PUT',
      path: `${messagePath('react', wish, place)}/reactions/${encodeURIComponent(emojiOf(need('react', 'emoji', wish.emoji)))}/@me`,
    }),
  },
  reactions: {
    group: 'reactions',
    call: (wish, place) => ({ method: 'GET', path: messagePath('reactions', wish, place) }),
  },
  read: {
    group: 'messages',
    call: (wish, { channelId }) => ({
      method: 'GET',
      path: `/channels/${channelId}/messages`,
      query: { limit: String(limitOf(wish)) },
    }),
  },
  delete: {
    group: 'messages',
    call: (wish, place) => ({ method: 'DELETE', path: messagePath('delete', wish, place) }),
  },
  unsend: {
    group: 'messages',
    call: (wish, place) => ({ method: 'DELETE', path: messagePath('unsend', wish, place) }),
  },
  pin: { group: 'pins', call: (wish, { channelId }) => pinCall('PUT', 'pin', wish, channelId) },
  unpin: { group: 'pins', call: (wish, { channelId }) => pinCall('DELETE', 'unpin', wish, channelId) },
  'list-pins': { group: 'pins', call: (_, { channelId }) => ({ method: 'GET', path: `/channels/${channelId}/pins` }) },
  poll: {
    group: 'polls',
    call: (wish, { channelId }) => {
      const poll = need('poll', 'pollQuestion and pollOption', wish.poll);
      return {
        method: 'POST',
        path: `/channels/${channelId}/messages`,
        body: {
          poll: {
            question: { text: poll.question },
            answers: poll.options.map((text) => ({ poll_media: { text } })),
            allow_multiselect: poll.multiple,
            ...(poll.seconds === undefined ? {} : { duration: Math.max(1, Math.round(poll.seconds / 3600)) }),
          },
        },
      };
    },
  },
  permissions: {
    group: 'permissions',
    call: (_, { channelId }) => ({ method: 'GET', path: `/channels/${channelId}` }),
  },
  'thread-create': {
    group: 'threads',
    call: (wish, { channelId }) => {
      const name = need('thread-create', 'threadName', wish.name);
      return wish.messageId
        ? { method: 'POST', path: `/channels/${channelId}/messages/${wish.messageId}/threads`, body: { name } }
        : { method: 'POST', path: `/channels/${channelId}/threads`, body: { name, type: 11 } };
    },
  },
  'thread-list': {
    group: 'threads',
    call: (_, place) => ({ method: 'GET', path: `/guilds/${guild('thread-list', place)}/threads/active` }),
  },
  'thread-reply': {
    group: 'threads',
    call: (wish, { channelId }) => ({
      method: 'POST',
      path: `/channels/${wish.route.threadId ?? channelId}/messages`,
      body: { content: need('thread-reply', 'message', wish.text), allowed_mentions: { parse: ['users'] } },
    }),
  },
  search: {
    group: 'search',
    call: (wish, place) => ({
      method: 'GET',
      path: `/guilds/${guild('search', place)}/messages/search`,
      query: { content: need('search', 'query', wish.query), limit: String(limitOf(wish)) },
    }),
  },
  'member-info': {
    group: 'memberInfo',
    call: (wish, place) => ({ method: 'GET', path: memberPath('member-info', wish, place) }),
  },
  'role-info': {
    group: 'roleInfo',
    call: (_, place) => ({ method: 'GET', path: `/guilds/${guild('role-info', place)}/roles` }),
  },
  'emoji-list': {
    group: 'reactions',
    call: (_, place) => ({ method: 'GET', path: `/guilds/${guild('emoji-list', place)}/emojis` }),
  },
  'channel-info': {
    group: 'channelInfo',
    call: (_, { channelId }) => ({ method: 'GET', path: `/channels/${channelId}` }),
  },
  'channel-list': {
    group: 'channelInfo',
    call: (_, place) => ({ method: 'GET', path: `/guilds/${guild('channel-list', place)}/channels` }),
  },
  'event-list': {
    group: 'events',
    call: (_, place) => ({ method: 'GET', path: `/guilds/${guild('event-list', place)}/scheduled-events` }),
  },
  'voice-status': {
    group: 'voiceStatus',
    call: (wish, place) => ({
      method: 'GET',
      path: `/guilds/${guild('voice-status', place)}/voice-states/${need('voice-status', 'userId', wish.userId)}`,
    }),
  },
  'role-add': {
    group: 'roles',
    call: (wish, place) => ({
      method: 'PUT',
      path: `${memberPath('role-add', wish, place)}/roles/${need('role-add', 'roleId', wish.roleId)}`,
    }),
  },
  'role-remove': {
    group: 'roles',
    call: (wish, place) => ({
      method: 'DELETE',
      path: `${memberPath('role-remove', wish, place)}/roles/${need('role-remove', 'roleId', wish.roleId)}`,
    }),
  },
  'channel-create': {
    group: 'channels',
    call: (wish, place) => ({
      method: 'POST',
      path: `/guilds/${guild('channel-create', place)}/channels`,
      body: { name: need('channel-create', 'name', wish.name), ...(wish.text ? { topic: wish.text } : {}) },
    }),
  },
  'category-create': {
    group: 'channels',
    call: (wish, place) => ({
      method: 'POST',
      path: `/guilds/${guild('category-create', place)}/channels`,
      body: { name: need('category-create', 'name', wish.name), type: CATEGORY },
    }),
  },
  'channel-edit': {
    group: 'channels',
    call: (wish, { channelId }) => ({
      method: 'PATCH',
      path: `/channels/${channelId}`,
      body: { ...(wish.name ? { name: wish.name } : {}), ...(wish.text ? { topic: wish.text } : {}) },
    }),
  },
  'channel-delete': {
    group: 'channels',
    call: (_, { channelId }) => ({ method: 'DELETE', path: `/channels/${channelId}` }),
  },
  timeout: {
    group: 'moderation',
    call: (wish, place) => ({
      method: 'PATCH',
      path: memberPath('timeout', wish, place),
      body: {
        communication_disabled_until: new Date(
          Date.now() + need('timeout', 'minutes', wish.minutes) * 60_000,
        ).toISOString(),
      },
    }),
  },
  kick: { group: 'moderation', call: (wish, place) => ({ method: 'DELETE', path: memberPath('kick', wish, place) }) },
  ban: {
    group: 'moderation',
    call: (wish, place) => ({
      method: 'PUT',
      path: `/guilds/${guild('ban', place)}/bans/${need('ban', 'userId', wish.userId)}`,
      body: {},
    }),
  },
};

export const DISCORD_ACTIONS: readonly string[] = Object.keys(ACTIONS);

/** @throws ChannelSendError refused: an action that is off, or what is missing for it */
export function actionCall(
  action: string,
  wish: ActionWish,
  place: Place,
  settings: DiscordAccountConfig,
): DiscordCall {
  const known = ACTIONS[action];
  if (!known) throw new ChannelSendError('refused', `Discord has no action "${action}"`);
  const isOn = settings.actions?.[known.group] ?? !OFF_BY_DEFAULT.has(known.group);
  if (isOn !== true)
    throw new ChannelSendError('refused', `${action} is off; set channels.discord.actions.${known.group} to true`);
  const call = known.call(wish, place);
  const isMessage = call.method === 'POST' && call.path.endsWith('/messages');
  return isMessage ? { ...call, body: { ...call.body, flags: embedFlags(settings.linkPreview) } } : call;
}

/** What the caller learns: ids, and what was asked for. */
export function describeAction(action: string, result: unknown): Record<string, unknown> {
  if (Array.isArray(result)) return { ok: true, [action === 'read' ? 'messages' : 'entries']: result.map(brief) };
  if (!isPlainObject(result)) return { ok: true };
  switch (action) {
    case 'poll':
    case 'thread-reply':
      return { ok: true, messageId: result['id'] };
    case 'thread-create':
      return { ok: true, threadId: result['id'] };
    case 'permissions':
      return { ok: true, permissions: result['permission_overwrites'] ?? [] };
    case 'search':
      return { ok: true, messages: ((result['messages'] ?? []) as unknown[][]).flat().map(brief) };
    case 'thread-list':
      return { ok: true, entries: ((result['threads'] ?? []) as unknown[]).map(brief) };
    default:
      return { ok: true, result: brief(result) };
  }
}

/** The parts of Discord's objects that somebody might want to read. */
const READABLE = new Set(
  'id name type topic content timestamp nick username global_name roles position channel_id guild_id parent_id owner_id description scheduled_start_time permissions color count'.split(
    ' ',
  ),
);

function brief(value: unknown): unknown {
  if (!isPlainObject(value)) return value;
  const kept = Object.fromEntries(Object.entries(value).filter(([key]) => READABLE.has(key)));
  const author = value['author'] ?? value['user'];
  return {
    ...kept,
    ...(typeof value['content'] === 'string' && isPlainObject(value['author']) ? { content: saidIn(value) } : {}),
    ...(isPlainObject(author) ? { author: { id: author['id'], username: author['username'] } } : {}),
    ...(Array.isArray(value['reactions']) ? { reactions: value['reactions'] } : {}),
  };
}

/** All that a message says: also what stands in forwards, cards, polls and files. */
function saidIn(message: PlainObject): string {
  const { text, shared } = contentOf(message, NO_NAMES);
  return linesOf(text, ...shared.map(({ sender, text: said }) => `[from ${sender ?? 'elsewhere'}] ${said}`));
}

const limitOf = ({ limit = DEFAULT_LIMIT }: ActionWish): number => Math.min(MAX_LIMIT, Math.max(1, limit));

/** `<:name:id>` as people write it, `name:id` as the interface wants it; a plain emoji stays. */
const emojiOf = (emoji: string): string => /^<a?:(\w+:\d+)>$/.exec(emoji)?.[1] ?? emoji;

const messagePath = (action: string, { messageId }: ActionWish, { channelId }: Place): `/${string}` =>
  `/channels/${channelId}/messages/${need(action, 'messageId', messageId)}`;

const pinCall = (method: 'PUT' | 'DELETE', action: string, wish: ActionWish, channelId: string): DiscordCall => ({
  method,
  path: `/channels/${channelId}/pins/${need(action, 'messageId', wish.messageId)}`,
});

const memberPath = (action: string, wish: ActionWish, place: Place): `/${string}` =>
  `/guilds/${guild(action, place)}/members/${need(action, 'userId', wish.userId)}`;

const guild = (action: string, { guildId }: Place): string => need(action, 'a chat on a server', guildId);

function need<T>(action: string, field: string, value: T | undefined): T {
  if (value === undefined) throw new ChannelSendError('refused', `${action} needs ${field}`);
  return value;
}
