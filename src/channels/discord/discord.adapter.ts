import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type INestApplicationContext, Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { APIMessage } from 'discord.js';
import { CommandRegistry } from '../../agent/commands/command-registry.service';
import type { MediaRef } from '../../common/chat-media';
import type { DeliveryRoute } from '../../common/delivery-route';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { Redactor } from '../../common/redactor';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { GuardedHttp } from '../../tools/web/guarded-http.service';
import { mentionPatterns } from '../access/mention-patterns';
import { type BlockWishes, blockWishes } from '../../common/block-rules';
import {
  type AccessPolicy,
  type ActionWish,
  type ChannelAccount,
  type ChannelAdapter,
  ChannelFatalError,
  type ChannelHost,
  ChannelSendError,
  ChatChannel,
  type OutboundMessage,
  type ProbeResult,
  type SearchStep,
  type SentSearch,
} from '../channel-adapter';
import { type DiscordAccount, discordAccounts } from './discord-accounts';
import { DISCORD_ACTIONS, actionCall, describeAction } from './discord-actions';
import { DiscordCalls } from './discord-calls';
import { apiCodeOf, idOf, statusOf } from './discord-errors';
import { MAX_CHARS, contentOf, discordChunks, embedFlags, flagsOf, isBeginning, nonceOf } from './discord-format';
import { DiscordHistory } from './discord-history';
import { type DiscordFacts, idList, policyOf } from './discord-inbound';
import { EPHEMERAL, acknowledgement, components, interactionOf, slashCommands } from './discord-interactions';
import { DiscordPlaces } from './discord-places';
import { apiRootOf, fetchFile, newRest } from './discord-rest';
import { ME, whoIs } from './discord-who';
import { searchStep } from './discord-search';
import { DiscordSession } from './discord-session';
import { maxSnowflake, snowflakeAt } from './snowflake';

const DEFAULT_MEDIA_MB = 8;
const MIB = 1024 * 1024;
const STREAM_INTERVAL_MS = 1000;
/** A message whose sending was cut off is looked for from so long before it. */
const SEARCH_MS = 600_000;
const UNKNOWN_MESSAGE = 10008;

@Injectable()
@ChatChannel({
  id: 'discord',
  label: 'Discord',
  capabilities: {
    edits: true,
    typing: true,
    groups: true,
    files: { captionChars: MAX_CHARS },
    actions: DISCORD_ACTIONS,
  },
  credentials: ['token'],
  triable: ['token'],
})
export class DiscordAdapter implements ChannelAdapter {
  private readonly log: Logger;
  private readonly calls = new DiscordCalls((id) => this.account(id));
  /** Newest message that is known of a chat. */
  private readonly newest = new Map<string, string>();

  constructor(
    private readonly config: ConfigService,
    private readonly redactor: Redactor,
    private readonly http: GuardedHttp,
    private readonly commands: CommandRegistry,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('channels/discord');
  }

  accounts(): ChannelAccount[] {
    return this.configured().map(({ id, enabled, at, notConfigured, token, tokenSource, settings }) => ({
      id,
      enabled,
      at,
      settings: { ...settings, token },
      ...(settings.name ? { name: settings.name } : {}),
      ...(notConfigured ? { notConfigured } : {}),
      allowFrom: idList(settings.allowFrom ?? settings.dm?.allowFrom),
      facts: { tokenSource, dmPolicy: settings.dmPolicy ?? settings.dm?.policy ?? 'pairing', mode: 'gateway' },
    }));
  }

  async run(accountId: string, host: ChannelHost, signal: AbortSignal): Promise<void> {
    const account = this.account(accountId);
    this.redactor.addSecret(account.token);
    await host.completeThrough();
    const rest = await this.calls.rest.of(account);
    const history = new DiscordHistory(rest);
    const places = new DiscordPlaces(history);
    this.calls.knowPlaces(accountId, places);
    const session = new DiscordSession({
      host,
      history,
      places,
      log: this.log,
      signal,
      at: account.at,
      facts: (botId) => this.facts(accountId, botId),
      listedUsers: () =>
        idList(account.settings.allowFrom ?? account.settings.dm?.allowFrom).filter((id) => /^\d+$/.test(id)),
      acknowledge: async (interaction) => {
        await rest.post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
          body: acknowledgement(interaction),
          auth: false,
        });
      },
      started: (applicationId, botId) => {
        this.calls.knowBot(accountId, botId);
        void this.publishCommands(accountId, applicationId);
      },
      seen: (channelId, messageId) => this.note(accountId, channelId, messageId),
    });
    const opening = this.open(account, session);
    try {
      await Promise.race([opening.then(() => session.ended()), session.ended()]);
    } finally {
      await session.stop().catch(() => undefined);
      void opening.then((context) => context.close()).catch(() => undefined);
    }
  }

  chunk(accountId: string, text: string): string[] {
    const { textChunkLimit, maxLinesPerMessage } = this.account(accountId).settings;
    return discordChunks(text, {
      ...(textChunkLimit === undefined ? {} : { chars: Math.min(textChunkLimit, MAX_CHARS) }),
      ...(maxLinesPerMessage === undefined ? {} : { lines: maxLinesPerMessage }),
    });
  }

  placeOf(route: DeliveryRoute): string | undefined {
    return this.calls.knownPlace(route);
  }

  findPlace(route: DeliveryRoute): Promise<string> {
    return this.calls.findPlace(route);
  }

  async send(message: OutboundMessage): Promise<string> {
    const { file, route, deliveryId } = message;
    const embeds = embedFlags(this.account(message.account).settings.linkPreview);
    if (file && !existsSync(file.path)) throw new ChannelSendError('refused', `${file.name} is not there any more`);
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

  sendMark({ route }: OutboundMessage): string {
    const place = this.placeOf(route);
    const newest = place === undefined ? undefined : this.newest.get(`${route.account}/${place}`);
    return newest ?? snowflakeAt(Date.now() - SEARCH_MS);
  }

  noteSent(route: DeliveryRoute, platformId: string): void {
    const place = this.placeOf(route);
    if (place !== undefined && /^\d+$/.test(platformId)) this.note(route.account, place, platformId);
  }

  async findSent(message: OutboundMessage, search: SentSearch): Promise<SearchStep> {
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
      throw new ChannelSendError('not_delivered', 'Discord: the answer is no list of messages');
    };
    const complete = async (id: string): Promise<boolean> => {
      try {
        await this.edit(message, id);
        return true;
      } catch (error) {
        if (error instanceof ChannelSendError && error.failure === 'gone') return false;
        throw error;
      }
    };
    const step = await searchStep({ botId, after, complete }, message, search);
    if (step.kind === 'found') this.note(message.account, channel, step.platformId);
    return step;
  }

  async edit(message: OutboundMessage, platformId: string): Promise<void> {
    const command = interactionOf(message.route.replyToId);
    const flags = embedFlags(this.account(message.account).settings.linkPreview);
    const body = { ...contentOf(message), flags };
    try {
      const channel = command ? undefined : await this.calls.channelFor(message);
      const path = command
        ? (`/webhooks/${command.applicationId}/${command.token}/messages/${platformId}` as const)
        : (`/channels/${channel}/messages/${platformId}` as const);
      const options = { body, ...(command ? { auth: false } : {}) };
      idOf(await this.calls.ask(message.account, (rest) => rest.patch(path, options), true), true);
    } catch (error) {
      if (apiCodeOf((error as { cause?: unknown }).cause) !== UNKNOWN_MESSAGE) throw error;
      throw new ChannelSendError('gone', messageOf(error), { cause: error });
    }
  }

  mediaLimit(accountId: string): number {
    return (this.account(accountId).settings.mediaMaxMb ?? DEFAULT_MEDIA_MB) * MIB;
  }

  async fetchMedia(
    accountId: string,
    media: MediaRef,
    limits: { maxBytes: number; signal: AbortSignal },
  ): Promise<Buffer> {
    const [channel, messageId, id] = media.ref.split('/');
    // Addresses of files hold for a day: the message tells the one of now.
    const message = (await this.calls.ask(
      accountId,
      (rest) => rest.get(`/channels/${channel}/messages/${messageId}`),
      true,
    )) as APIMessage;
    const forwarded = (message.message_snapshots ?? []).flatMap((copy) => copy.message.attachments);
    const file = [...message.attachments, ...forwarded].find((attachment) => attachment.id === id);
    if (!file) throw new Error('Discord has this file no more');
    return fetchFile(this.http, apiRootOf(this.account(accountId)), file.url, limits);
  }

  async act(action: string, wish: ActionWish): Promise<Record<string, unknown>> {
    const { settings } = this.account(wish.account);
    const channelId = await this.calls.channelFor({ account: wish.account, route: wish.route, text: '' });
    const place = await this.calls.placeOf(wish.account, channelId);
    const call = actionCall(action, wish, { channelId, guildId: place?.guildId }, settings);
    return describeAction(action, await this.calls.call(wish.account, call));
  }

  locate(account: string, target: string): Promise<string> {
    return this.calls.locate(account, target);
  }

  async typing(account: string, route: DeliveryRoute): Promise<void> {
    if (interactionOf(route.replyToId)) return;
    const channel = await this.calls.channelFor({ account, route, text: '' });
    await this.calls.ask(account, (rest) => rest.post(`/channels/${channel}/typing`), true);
  }

  streamInterval(accountId: string): number | undefined {
    const { settings } = this.account(accountId);
    const mode = settings.streamMode ?? settings.streaming?.['mode'] ?? 'partial';
    return mode === 'off' ? undefined : STREAM_INTERVAL_MS;
  }

  blockWishes(accountId: string): BlockWishes {
    return blockWishes(this.account(accountId).settings);
  }

  directPolicy(accountId: string): AccessPolicy {
    return policyOf(this.facts(accountId, ''), '', { kind: 'direct' });
  }

  probe(accountId: string): Promise<ProbeResult> {
    return whoIs(() => this.calls.ask(accountId, ME, true), this.redactor);
  }

  tryOut({ token = '' }: Readonly<Record<string, string>>, accountId: string): Promise<ProbeResult> {
    const known = this.configured().find(({ id }) => id === accountId);
    return whoIs(async () => ME(await newRest({ settings: known?.settings ?? {}, token })), this.redactor);
  }

  private async open(account: DiscordAccount, session: DiscordSession): Promise<INestApplicationContext> {
    const { DiscordBotModule } = await import('./discord-bot.module');
    try {
      return await NestFactory.createApplicationContext(DiscordBotModule.for(account, session), {
        abortOnError: false,
      });
    } catch (error) {
      if (apiCodeOf(error) === 'TokenInvalid' || statusOf(error) === 401)
        throw new ChannelFatalError(
          'DISCORD_UNAUTHORIZED',
          `Discord refuses the bot token (401); set ${account.at}.token to the one of the Developer Portal`,
          error,
        );
      throw error;
    }
  }

  /** Commands in Discord's menu; what is missing there can be typed all the same. */
  private async publishCommands(accountId: string, applicationId: string): Promise<void> {
    const { config } = this.config;
    const own = this.account(accountId).settings.commands;
    if ((own?.native ?? config.commands?.native ?? 'auto') === false) return;
    const withSkills = (own?.nativeSkills ?? config.commands?.nativeSkills ?? 'auto') !== false;
    try {
      await this.calls.ask(
        accountId,
        (rest) =>
          rest.put(`/applications/${applicationId}/commands`, {
            body: slashCommands(this.commands.all(defaultAgentId(config)), withSkills),
          }),
        true,
      );
    } catch (error) {
      this.log.warn({ account: accountId }, `the commands were not set: ${messageOf(error)}`);
    }
  }

  private quote({ account, route, replyToId }: OutboundMessage): Record<string, unknown> {
    const mode = this.account(account).settings.replyToMode ?? 'off';
    const id =
      mode === 'all'
        ? (replyToId ?? route.replyToId)
        : mode === 'first' || replyToId !== route.replyToId
          ? replyToId
          : undefined;
    return id && /^\d+$/.test(id) ? { message_reference: { message_id: id, fail_if_not_exists: false } } : {};
  }

  private note(account: string, channel: string, id: string): void {
    const key = `${account}/${channel}`;
    this.newest.set(key, maxSnowflake(this.newest.get(key) ?? '0', id));
  }

  private facts(accountId: string, botId: string): DiscordFacts {
    const { config } = this.config;
    const defaultGroupPolicy = config.channels?.defaults?.groupPolicy;
    const { settings, at } = this.account(accountId);
    return {
      settings,
      at: at.split('.'),
      botId,
      mentionPatterns: mentionPatterns(config),
      ...(defaultGroupPolicy ? { defaultGroupPolicy } : {}),
    };
  }

  private configured(): DiscordAccount[] {
    return discordAccounts(this.config.config, this.config.env);
  }

  private account(id: string): DiscordAccount {
    const found = this.configured().find((account) => account.id === id);
    if (!found)
      throw new ChannelFatalError('DISCORD_ACCOUNT', `there is no Discord account "${id}" in channels.discord`);
    return found;
  }
}
