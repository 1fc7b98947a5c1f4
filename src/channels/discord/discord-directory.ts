import { ChannelSendError } from '../channel-adapter';
import type { GroupMembers } from '../group-members';
import { type NamedPlace, namedTarget, onlyPlace } from '../named-target';
import type { DiscordPlaces } from './discord-places';

const MOST_PEOPLE = '50';
const CHANNEL_PREFIX = /^channel:/;

/** A question to the platform. */
export interface DiscordQuestions {
  call(
    account: string,
    question: { method: 'GET'; path: `/${string}`; query?: Record<string, string> },
  ): Promise<unknown>;
}

/** The same, and where a target stands. */
export interface DiscordTargets extends DiscordQuestions {
  locate(account: string, target: string): Promise<string>;
}

interface Member {
  nick?: string | null;
  user: { id: string; username: string; global_name?: string | null };
}

/**
 * Target that a name stands for: channels as the library knows them, people as Discord finds them on the bot's servers. A
 * target that is no name is its own answer.
 * @throws ChannelSendError
 */
export async function findTarget(
  calls: DiscordQuestions,
  places: DiscordPlaces | undefined,
  account: string,
  target: string,
): Promise<string> {
  const named = namedTarget(target);
  if (!named) return target;
  if (!places?.client?.isReady())
    throw new ChannelSendError('not_delivered', `"${target}" can't be looked up while Discord is not connected`);
  if (named.kind === 'channel') return onlyPlace(target, places.channelsNamed(named.name));
  const people = await Promise.all(places.guilds().map((guild) => membersNamed(calls, account, guild, named.name)));
  return onlyPlace(target, people.flat());
}

async function membersNamed(
  calls: DiscordQuestions,
  account: string,
  guildId: string,
  name: string,
): Promise<NamedPlace[]> {
  const members = (await calls.call(account, {
    method: 'GET',
    path: `/guilds/${guildId}/members/search`,
    query: { query: name, limit: MOST_PEOPLE },
  })) as Member[];
  return members
    .filter(({ nick, user }) => [nick, user.username, user.global_name].some((each) => each?.toLowerCase() === name))
    .map(({ nick, user }) => ({
      to: `user:${user.id}`,
      label: `${nick ?? user.global_name ?? user.username} @${user.username}`,
      isHandle: user.username.toLowerCase() === name,
    }));
}

const MOST_MEMBERS = 1000;

/**
 * Who is on the server of a channel.
 * @throws ChannelSendError where Discord does not tell
 */
export async function membersOf(
  calls: DiscordTargets,
  account: string,
  channel: string,
  limit: number,
): Promise<GroupMembers> {
  const id = (await calls.locate(account, channel)).replace(CHANNEL_PREFIX, '');
  const { guild_id: guild } = (await calls.call(account, { method: 'GET', path: `/channels/${id}` })) as {
    guild_id?: string;
  };
  if (guild === undefined) throw new ChannelSendError('refused', `"${channel}" is no channel of a server`);
  const most = Math.min(limit, MOST_MEMBERS);
  // Discord tells of members only bots with the privileged intent for them.
  const members = (await calls.call(account, {
    method: 'GET',
    path: `/guilds/${guild}/members`,
    query: { limit: String(most) },
  })) as Member[];
  return {
    members: members.map(({ nick, user }) => ({ id: user.id, name: nick ?? user.global_name ?? user.username })),
    ...(members.length >= most ? { without: 'perhaps more' } : {}),
  };
}
