import { readFile } from 'node:fs/promises';
import type { APIMessage } from 'discord.js';
import type { DeliveryRoute } from '../../common/delivery-route';
import { RecentMap } from '../../common/recent-map';
import { ChannelSendError, type OutboundMessage, type SearchStep, type SentSearch } from '../channel-adapter';
import { changing, needFile, unlessGone } from '../kit/sending';
import type { DiscordCalls } from './discord-calls';
import { apiCodeOf, idOf } from './discord-errors';
import { contentOf, embedFlags, flagsOf, isBeginning, nonceOf } from './discord-format';
import { EPHEMERAL, components, interactionOf } from './discord-interactions';
import { searchStep } from './discord-search';
import { maxSnowflake, snowflakeAt } from './snowflake';

/** A message whose sending was cut off is looked for from so long before it. */
const SEARCH_MS = 600_000;
const UNKNOWN_MESSAGE = 10008;
/** Of a chat beyond these, messages are looked for as after a start: from a moment, not from a message. */
const MOST_CHATS = 10_000;

/** Sends messages, changes them, and finds out what became of one whose sending was cut off. */
export class DiscordDelivery {
  /** Newest message that is known of a chat. */
  private readonly newest = new RecentMap<string, string>(MOST_CHATS);

  constructor(private readonly calls: DiscordCalls) {}

  async send(message: OutboundMessage): Promise<string> {
    const { file, route, deliveryId } = message;
    const embeds = embedFlags(this.calls.account(message.account).settings.linkPreview);
    needFile(message);
    const body = {
      ...contentOf(message),
      ...components(message.buttons),
      ...(file?.kind === 'voice' ? { attachments: [{ id: 0, filename: file.name }] } : {}),
    };
    const files = file ? [{ name: file.name, data: await readFile(file.path) }] : [];
    const command = interactionOf(route.replyToId);
    if (command) {
      const path = `/webhooks/${command.applicationId}/${command.token}` as const;
      try {
        const sent = await this.calls.ask(message.account, (rest) =>
          rest.post(path, {
            body: { ...body, flags: EPHEMERAL | embeds },
            files,
            auth: false,
            query: new URLSearchParams({ wait: 'true' }),
          }),
        );
        return idOf(sent);
      } catch (error) {
        // The quarter of an hour that a command may be answered in is over: everybody gets the answer.
        if (!(error instanceof ChannelSendError) || error.failure !== 'refused') throw error;
      }
    }
    const channel = await this.calls.channelFor(message);
    const sent = await this.calls.ask(message.account, (rest) =>
      rest.post(`/channels/${channel}/messages`, {
        body: {
          ...body,
          ...this.quote(message),
          // The same number again within some minutes is the same message to Discord.
          ...(deliveryId ? { nonce: nonceOf(deliveryId), enforce_nonce: true } : {}),
          flags: flagsOf(message) | embeds,
        },
        files,
      }),
    );
    const id = idOf(sent);
    this.note(message.account, channel, id);
    // A number that Discord knows already is answered with the message that has it: a beginning that was shown earlier.
    const shown = (sent as APIMessage).content;
    if (typeof shown === 'string' && isBeginning(shown.trim(), body.content)) await this.edit(message, id);
    return id;
  }

  mark({ route }: OutboundMessage): string {
    const place = this.calls.knownPlace(route);
    const newest = place === undefined ? undefined : this.newest.get(`${route.account}/${place}`);
    return newest ?? snowflakeAt(Date.now() - SEARCH_MS);
  }

  noteSent(route: DeliveryRoute, platformId: string): void {
    const place = this.calls.knownPlace(route);
    if (place !== undefined && /^\d+$/.test(platformId)) this.note(route.account, place, platformId);
  }

  async find(message: OutboundMessage, search: SentSearch): Promise<SearchStep> {
    if (interactionOf(message.route.replyToId))
      throw new ChannelSendError('refused', 'answers to a command can not be looked for');
    const channel = await this.calls.channelFor(message);
    const botId = await this.calls.botId(message.account);
    const after = async (id: string, limit: number): Promise<APIMessage[]> => {
      const query = new URLSearchParams({ after: id, limit: String(limit) });
      const page = await this.calls.ask(
        message.account,
        (rest) => rest.get(`/channels/${channel}/messages`, { query }),
        true,
      );
      if (Array.isArray(page)) return page as APIMessage[];
      throw new ChannelSendError('not_delivered', 'Discord: the answer is not a list of messages');
    };
    const complete = (id: string): Promise<boolean> => unlessGone(() => this.edit(message, id));
    const step = await searchStep({ botId, after, complete }, message, search);
    if (step.kind === 'found') this.note(message.account, channel, step.platformId);
    return step;
  }

  async edit(message: OutboundMessage, platformId: string): Promise<void> {
    const command = interactionOf(message.route.replyToId);
    const flags = embedFlags(this.calls.account(message.account).settings.linkPreview);
    // Without components Discord keeps those that are there.
    const body = { ...contentOf(message), components: [], ...components(message.buttons), flags };
    const change = async (): Promise<void> => {
      const channel = command ? undefined : await this.calls.channelFor(message);
      const path = command
        ? (`/webhooks/${command.applicationId}/${command.token}/messages/${platformId}` as const)
        : (`/channels/${channel}/messages/${platformId}` as const);
      const options = { body, ...(command ? { auth: false } : {}) };
      idOf(await this.calls.ask(message.account, (rest) => rest.patch(path, options), true), true);
    };
    await changing(change, (error) => apiCodeOf((error as { cause?: unknown }).cause) === UNKNOWN_MESSAGE);
  }

  private quote({ account, route, replyToId }: OutboundMessage): Record<string, unknown> {
    const mode = this.calls.account(account).settings.replyToMode ?? 'off';
    const id =
      mode === 'all'
        ? (replyToId ?? route.replyToId)
        : mode === 'first' || replyToId !== route.replyToId
          ? replyToId
          : undefined;
    return id && /^\d+$/.test(id) ? { message_reference: { message_id: id, fail_if_not_exists: false } } : {};
  }

  note(account: string, channel: string, id: string): void {
    const key = `${account}/${channel}`;
    this.newest.set(key, maxSnowflake(this.newest.get(key) ?? '0', id));
  }
}
