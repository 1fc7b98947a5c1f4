import type {
  GatewayMessagePollVoteDispatchData,
  GatewayMessageReactionAddDispatchData,
  GatewayMessageReactionRemoveAllDispatchData,
  GatewayMessageReactionRemoveDispatchData,
  GatewayMessageReactionRemoveEmojiDispatchData,
} from 'discord.js';
import { plainName } from '../../common/plain-name';
import type { ChannelHost } from '../channel-adapter';
import { voteWords } from '../polls/poll-words';
import { pollStateOf } from './content/discord-content';
import type { DiscordHistory, SeenMessage } from './discord-history';
import { type DiscordFacts, chatOf, guildOf, policyOf } from './discord-inbound';
import type { DiscordPlaces } from './discord-places';

export interface SignOptions {
  host: ChannelHost;
  history: DiscordHistory;
  places: DiscordPlaces;
  facts(botId: string): DiscordFacts;
  botId(): string;
}

/** A message that somebody did something to. */
interface Place {
  channel_id: string;
  message_id: string;
  guild_id?: string;
}

interface Emoji {
  id: string | null;
  name: string | null;
}

/** Whoever did it; nobody in particular where a moderator cleared a message. */
interface Actor {
  id: string;
  name: string;
  username?: string;
  isBot: boolean;
}

/** Reactions and votes, and that they were taken back: notes for the assistant, as `reactionNotifications` wants. */
export class DiscordSigns {
  constructor(private readonly options: SignOptions) {}

  /** @param moment by which Discord's own repetition of an event is known */
  async reacted(data: GatewayMessageReactionAddDispatchData, moment: string): Promise<void> {
    const message = { author: { id: data.message_author_id ?? '' } };
    await this.note(data, data.user_id, moment, { ...(data.message_author_id ? { message } : {}) }, (who, what) => {
      return `${who} reacted with ${signOf(data.emoji)} to ${what}.`;
    });
  }

  async unreacted(data: GatewayMessageReactionRemoveDispatchData, moment: string): Promise<void> {
    await this.note(
      data,
      data.user_id,
      moment,
      {},
      (who, what) => `${who} took back ${signOf(data.emoji)} from ${what}.`,
    );
  }

  /** Somebody who may do so has taken all reactions away, or all with one sign. */
  async cleared(
    data: GatewayMessageReactionRemoveAllDispatchData & Partial<GatewayMessageReactionRemoveEmojiDispatchData>,
    moment: string,
  ): Promise<void> {
    const { emoji } = data;
    const which = emoji ? `All reactions with ${signOf(emoji)}` : 'All reactions';
    await this.note(data, undefined, moment, {}, (_, what) => `${which} to ${what} were removed.`);
  }

  async voted(data: GatewayMessagePollVoteDispatchData, isBack: boolean, moment: string): Promise<void> {
    const message = await this.options.history.message(data.channel_id, data.message_id);
    const state = pollStateOf(message?.poll);
    const answer = [String(data.answer_id)];
    await this.note(data, data.user_id, moment, { ...(message ? { message } : {}) }, (who) => {
      if (!state) return `${who} ${isBack ? 'took back a vote' : 'voted'} in a poll that can not be read here.`;
      return isBack ? voteWords(who, answer, [], state) : voteWords(who, [], answer, state);
    });
  }

  private async note(
    data: Place,
    userId: string | undefined,
    moment: string,
    known: { message?: SeenMessage },
    words: (who: string, what: string) => string,
  ): Promise<void> {
    const { host, history, places } = this.options;
    const botId = this.options.botId();
    if (userId === botId) return;
    const facts = this.options.facts(botId);
    const { channel_id: channelId, message_id: messageId } = data;
    const place = await places.of(channelId, data.guild_id, botId);
    const mode = guildOf(facts.settings, place)?.entry.reactionNotifications ?? 'own';
    if (mode === 'off') return;
    const message = known.message ?? (await history.message(channelId, messageId));
    const isOwn = message?.author.id === botId;
    if (mode === 'own' && !isOwn) return;
    const actor = userId === undefined ? undefined : await this.actor(data, userId);
    const what = `${isOwn ? 'your message' : 'a message'} ${messageId}`;
    await host.happened({
      externalId: `sign:${channelId}:${messageId}:${userId ?? ''}:${moment}`,
      kind: 'note',
      ...(actor ? {} : { isFromPlatform: true as const }),
      about: `${channelId}:${messageId}`,
      text: words(actor?.name ?? '', what),
      chat: chatOf(channelId, place),
      sender: {
        id: actor?.id ?? '',
        isBot: actor?.isBot ?? false,
        ...(actor?.username ? { username: actor.username } : {}),
      },
      policy: policyOf(facts, channelId, place),
    });
  }

  /** Discord names people in some of these events only. */
  private async actor(data: Place & { member?: unknown }, id: string): Promise<Actor> {
    const { history, places } = this.options;
    const told = data.member as { nick?: string | null; user?: Person } | undefined;
    const user = told?.user;
    if (user) return actorOf(user, told.nick);
    const cached = places.naming(data.guild_id).person(id);
    if (cached !== undefined) return { id, name: plainName(cached) || id, isBot: false };
    const found = await history.person(id, data.guild_id);
    return found ? actorOf(found.user, found.nick) : { id, name: id, isBot: false };
  }
}

interface Person {
  id: string;
  username: string;
  global_name?: string | null;
  bot?: boolean;
}

const actorOf = ({ id, username, global_name: global, bot }: Person, nick?: string | null): Actor => ({
  id,
  username,
  name: plainName(nick ?? global ?? username) || id,
  isBot: bot === true,
});

const signOf = ({ name }: Emoji): string => plainName(name ?? '') || 'an emoji';
