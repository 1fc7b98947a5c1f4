import type { APIMessage, Client } from 'discord.js';
import { type BackoffPolicy, backoffDelay } from '../../common/backoff';
import type { Logger } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { aborted, sleep } from '../../common/sleep';
import { plainName } from '../../common/plain-name';
import { ChannelFatalError, type ChannelHost, type RawUpdate, type ThreadMessage } from '../channel-adapter';
import { contentOf } from './content/discord-content';
import { threadMessages } from './discord-thread';
import { DiscordBackfill } from './discord-backfill';
import type { DiscordHistory } from './discord-history';
import {
  type DiscordFacts,
  type DiscordMessage,
  type DiscordPlace,
  chatOf,
  externalIdOf,
  inboundOf,
  policyOf,
} from './discord-inbound';
import { happenedWords } from './content/discord-happenings';
import { NO_NAMES } from './content/discord-markup';
import { interactionUpdate, wantsAnswer } from './discord-interactions';
import type { DiscordListener, DiscordPacket } from './discord-listener';
import type { DiscordPlaces } from './discord-places';
import { DiscordSigns } from './discord-signs';

/** What is on its way from Discord is here by then; also how often it is noted that nothing is missing. */
const OVERLAP_MS = 60_000;
const STORE_BACKOFF: BackoffPolicy = { initialMs: 200, maxMs: 10_000, factor: 2, jitter: 0.2 };
const THREAD_STARTER = 21;
const POLL_RESULT = 46;
const BAD_TOKEN = 4004;
const DISALLOWED_INTENTS = 4014;

export interface SessionOptions {
  host: ChannelHost;
  history: DiscordHistory;
  places: DiscordPlaces;
  log: Logger;
  signal: AbortSignal;
  /** Where the account's own keys are, for advice. */
  at: string;
  facts(botId: string): DiscordFacts;
  /** People whose direct messages are looked for although nobody wrote in this place yet. */
  listedUsers(): string[];
  /** Answers an interaction in time. */
  acknowledge(interaction: Extract<DiscordPacket, { t: 'INTERACTION_CREATE' }>['d']): Promise<void>;
  /** A new session stands; for things that are set once. */
  started(applicationId: string, botId: string): void;
  seen(channelId: string, messageId: string): void;
}

/** Work that something which Discord told makes, in the order of its chat. */
interface Task {
  chat: string;
  id: string;
  work(): Promise<void>;
}

/**
 * One life of an account. Discord confirms nothing, so whatever was said while nobody listened, or was not on disk when
 * the process ended, is fetched from the history: what comes in meanwhile waits until that is done.
 */
export class DiscordSession implements DiscordListener {
  private client: Client | undefined;
  private botId = '';
  private sessionId = '';
  private readonly signs: DiscordSigns;
  private readonly queues = new Map<string, Promise<void>>();
  /** Messages wait for the search in the history of what came before them. */
  private searched: Promise<void> = Promise.resolve();
  private openGate: () => void = () => undefined;
  /** Connected, and what came before has been looked for. */
  private isLive = false;
  private noting: NodeJS.Timeout | undefined;
  private fail: (error: unknown) => void = () => undefined;
  private failure: Promise<never>;

  constructor(private readonly options: SessionOptions) {
    this.signs = new DiscordSigns({ ...options, botId: () => this.botId });
    this.failure = new Promise<never>((_, reject) => (this.fail = reject));
    this.failure.catch(() => undefined);
  }

  /** Resolves when the signal aborts, rejects when the account can't go on. */
  async ended(): Promise<void> {
    await Promise.race([aborted(this.options.signal), this.failure]);
  }

  opened(client: Client): void {
    this.client = client;
    this.options.places.client = client;
  }

  async stop(): Promise<void> {
    clearInterval(this.noting);
    this.openGate();
    await this.client?.destroy();
    await Promise.allSettled(this.queues.values());
  }

  alive(): void {
    this.options.host.alive();
  }

  packet(packet: DiscordPacket): void {
    const { host, started } = this.options;
    host.alive();
    if (packet.t === 'READY') {
      this.botId = packet.d.user.id;
      this.sessionId = packet.d.session_id;
      this.searched = new Promise((resolve) => (this.openGate = resolve));
      host.again((update) => this.again(update));
      started(packet.d.application.id, this.botId);
      return;
    }
    for (const { chat, id, work } of this.tasksOf(packet))
      this.queue(chat, { id: `${packet.t}:${id}`, raw: packet }, work);
  }

  /** What is to be done about something that Discord told. */
  private tasksOf(packet: DiscordPacket): Task[] {
    switch (packet.t) {
      case 'MESSAGE_CREATE':
        return [{ chat: packet.d.channel_id, id: packet.d.id, work: () => this.take(packet.d) }];
      case 'MESSAGE_UPDATE': {
        const { id, channel_id: chat, edited_timestamp: at } = packet.d;
        // Link previews and the like are updates too; only people's edits carry a time.
        return at ? [{ chat, id: `${id}:${at}`, work: () => this.edited(packet.d) }] : [];
      }
      case 'MESSAGE_DELETE':
        return [{ chat: packet.d.channel_id, id: packet.d.id, work: () => this.deleted(packet.d) }];
      case 'MESSAGE_DELETE_BULK':
        return packet.d.ids.map((id) => ({
          chat: packet.d.channel_id,
          id,
          work: () => this.deleted({ ...packet.d, id }),
        }));
      case 'MESSAGE_REACTION_ADD':
        return [this.sign(packet, packet.d.user_id, (moment) => this.signs.reacted(packet.d, moment))];
      case 'MESSAGE_REACTION_REMOVE':
        return [this.sign(packet, packet.d.user_id, (moment) => this.signs.unreacted(packet.d, moment))];
      case 'MESSAGE_REACTION_REMOVE_ALL':
      case 'MESSAGE_REACTION_REMOVE_EMOJI':
        return [this.sign(packet, '', (moment) => this.signs.cleared(packet.d, moment))];
      case 'MESSAGE_POLL_VOTE_ADD':
      case 'MESSAGE_POLL_VOTE_REMOVE': {
        const isBack = packet.t === 'MESSAGE_POLL_VOTE_REMOVE';
        return [this.sign(packet, packet.d.user_id, (moment) => this.signs.voted(packet.d, isBack, moment))];
      }
      case 'INTERACTION_CREATE':
        return [{ chat: packet.d.channel?.id ?? '', id: packet.d.id, work: () => this.interacted(packet.d) }];
      default:
        return [];
    }
  }

  /** These events have no id; but Discord numbers all events of a session, and repeats them with their numbers. */
  private sign(
    { s: number, d }: DiscordPacket & { d: { channel_id: string; message_id: string } },
    user: string,
    work: (moment: string) => Promise<void>,
  ): Task {
    const id = `${d.message_id}:${user}:${number}`;
    return { chat: d.channel_id, id, work: () => work(`${this.sessionId}:${number}`) };
  }

  /** What was kept is a packet, or a message that was found in the history. */
  private async again({ id, raw }: RawUpdate): Promise<void> {
    const kept = raw as DiscordPacket | APIMessage;
    if (!('t' in kept)) return this.take(kept);
    const task = this.tasksOf(kept).find((each) => id === `${kept.t}:${each.id}`);
    await task?.work();
  }

  ready(): void {
    void this.search();
  }

  resumed(): void {
    this.isLive = true;
    this.options.host.state('connected');
  }

  lost(reason: string): void {
    this.isLive = false;
    if (!this.options.signal.aborted) this.options.host.state('reconnecting', reason);
  }

  closed(code: number): void {
    if (this.options.signal.aborted) return;
    const { at } = this.options;
    this.fail(
      code === DISALLOWED_INTENTS
        ? new ChannelFatalError(
            'DISCORD_INTENTS',
            'Discord refuses the intents (4014): in the Developer Portal, under Bot, switch on "Message Content Intent" ' +
              `(and "Server Members Intent" or "Presence Intent" where ${at}.intents asks for them), then start the account again`,
          )
        : code === BAD_TOKEN
          ? new ChannelFatalError(
              'DISCORD_UNAUTHORIZED',
              `Discord refuses the bot token (4004); set ${at}.token to the one of the Developer Portal`,
            )
          : new Error(`Discord closed the connection (${code})`),
    );
  }

  /** Fetches what was said before this session; tried again until it works, for nothing else would find it. */
  private async search(): Promise<void> {
    const { host, history, log, signal, places } = this.options;
    const backfill = new DiscordBackfill({
      history,
      places,
      log,
      lastReceived: (limit) => host.lastReceived(limit),
      completeThrough: () => host.completeThrough(),
      listedUsers: this.options.listedUsers(),
      take: (message) =>
        host.take({ id: `MESSAGE_CREATE:${message.id}`, raw: message }, () => this.take(message), signal),
    });
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const began = Date.now();
        await backfill.run(signal);
        if (!signal.aborted) await host.noteComplete(began - OVERLAP_MS);
        break;
      } catch (error) {
        const waitMs = backoffDelay(STORE_BACKOFF, attempt);
        log.warn({ waitMs }, `missed messages could not be fetched: ${messageOf(error)}`);
        host.state('reconnecting', `missed messages could not be fetched: ${messageOf(error)}`);
        await sleep(waitMs, signal);
      }
    }
    this.openGate();
    if (signal.aborted) return;
    this.isLive = true;
    host.state('connected');
    this.noting ??= setInterval(() => void this.noteComplete(), OVERLAP_MS).unref();
  }

  /** While it listens and nothing waits, nothing is missing; a search after the next start begins here. */
  private async noteComplete(): Promise<void> {
    if (!this.isLive || this.queues.size > 0) return;
    await this.options.host
      .noteComplete(Date.now() - OVERLAP_MS)
      .catch((error: unknown) => this.options.log.debug({}, `not noted: ${messageOf(error)}`));
  }

  /** Work on one chat in the order of arrival, chats side by side; waits until it is on disk. */
  private queue(chat: string, update: RawUpdate, work: () => Promise<void>): void {
    const before = this.queues.get(chat) ?? Promise.resolve();
    const next = before.then(async () => {
      await this.searched;
      await this.options.host.take(update, work, this.options.signal).catch((error: unknown) => {
        if (!this.options.signal.aborted) this.options.log.warn({}, `an update was not taken: ${messageOf(error)}`);
      });
    });
    this.queues.set(chat, next);
    void next.finally(() => {
      if (this.queues.get(chat) === next) this.queues.delete(chat);
    });
  }

  private async take(message: DiscordMessage | APIMessage): Promise<void> {
    const { host, seen } = this.options;
    seen(message.channel_id, message.id);
    const { place, facts } = await this.where(message);
    const happened = happenedWords(message as unknown as Record<string, unknown>, facts.naming ?? NO_NAMES);
    if (happened === undefined) {
      const update = inboundOf(message, place, facts);
      if (update) await host.receive(update);
      return;
    }
    // Of the bot's own doings only the end of its poll is news.
    if (message.author.id === this.botId && message.type !== POLL_RESULT) return;
    const starter = message.type === THREAD_STARTER ? message.referenced_message : undefined;
    const who = starter?.author ?? message.author;
    await host.happened({
      externalId: externalIdOf(message),
      kind: 'note',
      text: `${plainName(who.global_name ?? who.username)} ${happened}.`,
      chat: chatOf(message.channel_id, place),
      sender: { id: who.id, username: who.username, isBot: who.bot === true },
      policy: policyOf(facts, message.channel_id, place),
    });
  }

  /** What was said in a thread before one of its messages. */
  async threadBefore(threadId: string, before: string, limit: number): Promise<ThreadMessage[]> {
    const { history, places } = this.options;
    const { parentId } = await places.of(threadId, undefined, this.botId);
    const messages = await threadMessages(history, { threadId, parentId }, before, limit);
    const all: ThreadMessage[] = [];
    for (const message of messages) {
      const { place, facts } = await this.where({ channel_id: threadId });
      const raw = message as unknown as Record<string, unknown>;
      if (message.author.id === this.botId)
        all.push({ own: contentOf(raw, facts.naming ?? NO_NAMES).text, messageId: message.id });
      const said = inboundOf(message, place, facts);
      if (said) all.push({ said });
    }
    return all;
  }

  private async where(message: {
    channel_id: string;
    guild_id?: string;
  }): Promise<{ place: DiscordPlace; facts: DiscordFacts }> {
    const { places } = this.options;
    const place = await places.of(message.channel_id, message.guild_id, this.botId);
    return { place, facts: { ...this.options.facts(this.botId), naming: places.naming(place.guildId) } };
  }

  private async edited(message: DiscordMessage): Promise<void> {
    const { place, facts } = await this.where(message);
    const update = inboundOf(message, place, facts);
    if (!update) return;
    const about = externalIdOf(message);
    await this.options.host.happened({
      externalId: `edited:${about}:${message.edited_timestamp ?? ''}`,
      kind: 'edited',
      about,
      text: update.text,
      // People's cards are previews, which come and go; those of bots are what they say.
      ...(update.sender.isBot ? { shared: update.shared ?? [] } : {}),
      chat: update.chat,
      sender: update.sender,
      policy: update.policy,
    });
  }

  private async deleted(message: { id: string; channel_id: string; guild_id?: string }): Promise<void> {
    const about = externalIdOf(message);
    const { place, facts } = await this.where(message);
    await this.options.host.happened({
      externalId: `deleted:${about}:`,
      kind: 'deleted',
      about,
      text: '',
      chat: chatOf(message.channel_id, place),
      sender: { id: '', isBot: false },
      policy: policyOf(facts, message.channel_id, place),
    });
  }

  private async interacted(interaction: Extract<DiscordPacket, { t: 'INTERACTION_CREATE' }>['d']): Promise<void> {
    const channel = interaction.channel?.id;
    if (channel === undefined) return;
    const { place, facts } = await this.where({
      channel_id: channel,
      ...(interaction.guild_id ? { guild_id: interaction.guild_id } : {}),
    });
    const update = interactionUpdate(interaction, place, facts);
    if (!update) {
      // Suggestions while somebody types: there are none.
      if (wantsAnswer(interaction)) await this.confirm(interaction);
      return;
    }
    await this.options.host.receive(update);
    // It is on disk: should this fail, Discord shows that nothing answered in time, and the answer comes all the same.
    await this.confirm(interaction);
  }

  private async confirm(interaction: Extract<DiscordPacket, { t: 'INTERACTION_CREATE' }>['d']): Promise<void> {
    await this.options
      .acknowledge(interaction)
      .catch((error: unknown) => this.options.log.warn({}, `a command was not confirmed: ${messageOf(error)}`));
  }
}
