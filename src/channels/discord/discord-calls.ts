import type { DeliveryRoute } from '../../common/delivery-route';
import { RecentMap } from '../../common/recent-map';
import type { OutboundMessage } from '../channel-adapter';
import type { DiscordAccount } from './discord-accounts';
import type { DiscordCall } from './discord-actions';
import { findTarget } from './discord-directory';
import { apiCodeOf, idOf, sendError, statusOf } from './discord-errors';
import { channelOf, guildOf } from './discord-inbound';
import { interactionOf } from './discord-interactions';
import type { DiscordPlaces } from './discord-places';
import { DiscordRest } from './discord-rest';

/** Conversations with people that are remembered: those that were used last. */
const MOST_DIRECTS = 5000;
const THREAD_EXISTS = 160004;
const THREAD_MINUTES = 60;
const USER = /^(?:user:|<@!?)(\d+)>?$/;
const CHANNEL_PREFIX = /^(?:channel|group):/;

/** Calls of the interface by account, and where on Discord a route leads. */
export class DiscordCalls {
  readonly rest = new DiscordRest();
  private readonly places = new Map<string, DiscordPlaces>();
  private readonly botIds = new Map<string, Promise<string>>();
  /** Conversations with people, by account and person. */
  private readonly directs = new RecentMap<string, string>(MOST_DIRECTS);

  /** @param account the account of an id. @throws ChannelFatalError */
  constructor(readonly account: (id: string) => DiscordAccount) {}

  knowPlaces(account: string, places: DiscordPlaces): void {
    this.places.set(account, places);
  }

  knowBot(account: string, botId: string): void {
    this.botIds.set(account, Promise.resolve(botId));
  }

  /** Channel on Discord that a message goes to; conversations with people are opened, threads where they are wanted. */
  async channelFor({ account, route }: OutboundMessage): Promise<string> {
    const to = await this.locate(account, route.to);
    const user = USER.exec(to)?.[1];
    if (user) return this.directWith(account, user);
    const channel = route.threadId ?? to.replace(CHANNEL_PREFIX, '');
    return (await this.ownThread(account, route, channel)) ?? channel;
  }

  /** The conversation that a route leads to, where Discord need not be asked; threads that answers open belong to it. */
  knownPlace({ account, to, threadId }: DeliveryRoute): string | undefined {
    if (threadId !== undefined) return threadId;
    const user = USER.exec(to)?.[1];
    if (user !== undefined) return this.knownDirect(account, user);
    const channel = to.replace(CHANNEL_PREFIX, '');
    return /^\d+$/.test(channel) ? channel : undefined;
  }

  /** @throws ChannelSendError */
  async findPlace(route: DeliveryRoute): Promise<string> {
    const to = await this.locate(route.account, route.to);
    const user = USER.exec(to)?.[1];
    return this.knownPlace({ ...route, to }) ?? (user ? await this.directWith(route.account, user) : to);
  }

  /** Target that a name stands for. @throws ChannelSendError */
  locate(account: string, target: string): Promise<string> {
    return findTarget(this, this.places.get(account), account, target);
  }

  private async directWith(account: string, user: string): Promise<string> {
    const known = this.knownDirect(account, user);
    if (known) return known;
    const answer = await this.ask(
      account,
      (rest) => rest.post('/users/@me/channels', { body: { recipient_id: user } }),
      true,
    );
    const id = idOf(answer, true);
    this.directs.set(`${account}/${user}`, id);
    return id;
  }

  private knownDirect(account: string, user: string): string | undefined {
    return this.directs.get(`${account}/${user}`) ?? this.places.get(account)?.directWith(user);
  }

  /** `autoThread`: the thread of the message that is answered, which has that message's id. */
  private async ownThread(account: string, route: DeliveryRoute, channel: string): Promise<string | undefined> {
    const messageId = route.replyToId;
    if (route.chatType !== 'channel' || messageId === undefined || interactionOf(messageId)) return undefined;
    const { settings } = this.account(account);
    const guilds = Object.values(settings.guilds ?? {});
    if (!guilds.some((guild) => Object.values(guild.channels ?? {}).some(({ autoThread }) => autoThread)))
      return undefined;
    const place = await this.placeOf(account, channel);
    const guild = place && guildOf(settings, place);
    if (!place || place.parentId || !guild || channelOf(guild.entry, channel, place)?.entry.autoThread !== true)
      return undefined;
    try {
      await this.ask(
        account,
        (rest) =>
          rest.post(`/channels/${channel}/messages/${messageId}/threads`, {
            body: { name: 'Answer', auto_archive_duration: THREAD_MINUTES },
          }),
        true,
      );
    } catch (error) {
      if (apiCodeOf((error as { cause?: unknown }).cause) !== THREAD_EXISTS) return undefined;
    }
    return messageId;
  }

  placeOf(account: string, channel: string): ReturnType<DiscordPlaces['of']> | undefined {
    return this.places.get(account)?.of(channel, undefined, '');
  }

  botId(account: string): Promise<string> {
    let id = this.botIds.get(account);
    if (!id) {
      id = this.ask(account, (rest) => rest.get('/users/@me'), true).then((me) => idOf(me, true));
      this.botIds.set(account, id);
      id.catch(() => this.botIds.delete(account));
    }
    return id;
  }

  call(account: string, { method, path, query, body }: DiscordCall): Promise<unknown> {
    const isRead = method === 'GET';
    return this.ask(
      account,
      (rest) =>
        rest.request({
          method: method as never,
          fullRoute: path,
          ...(query ? { query: new URLSearchParams(query) } : {}),
          ...(body ? { body } : {}),
        }),
      isRead || method === 'PUT' || method === 'DELETE',
    );
  }

  /** @throws ChannelSendError */
  async ask(
    accountId: string,
    call: (rest: Awaited<ReturnType<DiscordRest['of']>>) => Promise<unknown>,
    repeatable = false,
  ): Promise<unknown> {
    const account = this.account(accountId);
    try {
      return await call(await this.rest.of(account));
    } catch (error) {
      // The library forgets a token that was refused once; the next call shall say so again.
      if (statusOf(error) === 401) (await this.rest.of(account)).setToken(account.token ?? '');
      throw sendError(error, repeatable);
    }
  }
}
