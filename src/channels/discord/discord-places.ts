import type { APIChannel, Client } from 'discord.js';
import { RecentMap } from '../../common/recent-map';
import type { NamedPlace } from '../named-target';
import type { DiscordNaming } from './content/discord-markup';
import type { DiscordHistory } from './discord-history';
import type { DiscordPlace } from './discord-inbound';

const GROUP_DIRECT = 3;
const THREADS = new Set([10, 11, 12]);
const MOST_REMEMBERED = 500;

/** What the library knows of channels and, where it does not know them, what Discord says. */
export class DiscordPlaces {
  client: Client | undefined;
  private readonly asked = new RecentMap<string, DiscordPlace>(MOST_REMEMBERED);
  /** Conversations with people, by person. */
  private readonly directs = new RecentMap<string, string>(MOST_REMEMBERED);

  constructor(private readonly history: DiscordHistory) {}

  async of(channelId: string, guildId: string | undefined, botId: string): Promise<DiscordPlace> {
    const known = this.client?.channels.cache.get(channelId);
    if (known && !known.isDMBased()) {
      const parent = known.isThread() ? known.parent : undefined;
      return {
        kind: 'guild',
        guildId: known.guildId,
        guildName: known.guild.name,
        channelName: known.name,
        ...(parent ? { parentId: parent.id, parentName: parent.name } : {}),
        ...(known.isThread() && known.ownerId === botId ? { isOwnThread: true } : {}),
      };
    }
    const asked = this.asked.get(channelId);
    if (asked) return asked;
    const place = this.placeOf(await this.history.channel(channelId), guildId, botId);
    this.asked.set(channelId, place);
    return place;
  }

  /** Keeps what Discord has told of the conversation with a person. */
  knowDirect(userId: string, channelId: string): void {
    this.directs.set(userId, channelId);
    this.asked.set(channelId, { kind: 'direct' });
  }

  /** The conversation with a person, where it is known. */
  directWith(userId: string): string | undefined {
    return this.directs.get(userId);
  }

  /** Names that the library knows: of people it has seen lately, roles of a server, channels. */
  naming(guildId: string | undefined): DiscordNaming {
    const { client } = this;
    const guild = guildId === undefined ? undefined : client?.guilds.cache.get(guildId);
    return {
      person: (id) => guild?.members.cache.get(id)?.displayName ?? client?.users.cache.get(id)?.displayName,
      role: (id) => guild?.roles.cache.get(id)?.name,
      channel: (id) => {
        const channel = client?.channels.cache.get(id);
        return channel && !channel.isDMBased() ? channel.name : undefined;
      },
    };
  }

  /** Channels that may hold messages, with the id of their last one. */
  withMessages(): { id: string; lastMessageId: string }[] {
    const channels = [...(this.client?.channels.cache.values() ?? [])];
    return channels.flatMap((channel) =>
      channel.isTextBased() && channel.lastMessageId ? [{ id: channel.id, lastMessageId: channel.lastMessageId }] : [],
    );
  }

  /** Ids of the servers that the bot is on. */
  guilds(): string[] {
    return [...(this.client?.guilds.cache.keys() ?? [])];
  }

  /** Channels of servers that have a name and take messages. */
  channelsNamed(name: string): NamedPlace[] {
    return [...(this.client?.channels.cache.values() ?? [])].flatMap((channel) =>
      !channel.isDMBased() && channel.isTextBased() && channel.name.toLowerCase() === name
        ? [{ to: channel.id, label: `#${channel.name} of ${channel.guild.name}` }]
        : [],
    );
  }

  private placeOf(channel: APIChannel | undefined, guildId: string | undefined, botId: string): DiscordPlace {
    const facts = channel as
      | { type: number; name?: string | null; guild_id?: string; parent_id?: string | null; owner_id?: string }
      | undefined;
    const server = guildId ?? facts?.guild_id;
    if (server === undefined) return { kind: facts?.type === GROUP_DIRECT ? 'group-direct' : 'direct' };
    const isThread = facts !== undefined && THREADS.has(facts.type);
    const guildName = this.client?.guilds.cache.get(server)?.name;
    return {
      kind: 'guild',
      guildId: server,
      ...(guildName ? { guildName } : {}),
      ...(facts?.name ? { channelName: facts.name } : {}),
      ...(isThread && facts.parent_id ? { parentId: facts.parent_id } : {}),
      ...(isThread && facts.owner_id === botId ? { isOwnThread: true } : {}),
    };
  }
}
