import type { AccessPolicy } from '../access/access-policy';
import { type INestApplicationContext, Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { APIMessage } from 'discord.js';
import { CommandRegistry } from '../../agent/commands/command-registry.service';
import type { MediaRef } from '../../common/chat-media';
import type { DeliveryRoute } from '../../common/delivery-route';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { Redactor } from '../../common/redactor';
import { settlesWithin } from '../../common/sleep';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { GuardedHttp } from '../../tools/web/guarded-http.service';
import type { ActionWish } from '../action-wish';
import {
  type ChannelAdapter,
  ChannelFatalError,
  type ChannelHost,
  ChatChannel,
  type ProbeResult,
  type ThreadMessage,
} from '../channel-adapter';
import type { GroupMembers } from '../group-members';
import { ChatPlatform } from '../kit/chat-platform';
import { DiscordDelivery } from './discord-delivery';
import { type DiscordAccount, discordAccounts } from './discord-accounts';
import { DISCORD_ACTIONS, actionCall, describeAction } from './discord-actions';
import { DiscordCalls } from './discord-calls';
import { membersOf } from './discord-directory';
import { apiCodeOf, statusOf } from './discord-errors';
import { MAX_CHARS, discordChunks } from './discord-format';
import { DiscordHistory } from './discord-history';
import { type DiscordFacts, idList, policyOf } from './discord-inbound';
import { acknowledgement, interactionOf, slashCommands } from './discord-interactions';
import { DiscordPlaces } from './discord-places';
import { apiRootOf, fetchFile, newRest } from './discord-rest';
import { ME, whoIs } from './discord-who';
import { DiscordSession } from './discord-session';

/** For so long a stopped account waits for a login that is under way. */
const LOGIN_GRACE_MS = 1000;

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
export class DiscordAdapter extends ChatPlatform<DiscordAccount> implements ChannelAdapter {
  private readonly log: Logger;
  private readonly calls = new DiscordCalls((id) => this.account(id));
  protected readonly delivery = new DiscordDelivery(this.calls);
  /** Of the accounts that run. */
  private readonly sessions = new Map<string, DiscordSession>();

  constructor(
    config: ConfigService,
    private readonly redactor: Redactor,
    private readonly http: GuardedHttp,
    private readonly commands: CommandRegistry,
    loggers: LoggerFactory,
  ) {
    super(config, { id: 'discord', label: 'Discord', mediaMb: 8, sendMb: 10, streamMs: 1000 });
    this.log = loggers.child('channels/discord');
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
      seen: (channelId, messageId) => this.delivery.note(accountId, channelId, messageId),
    });
    if (!(await host.alone())) return;
    this.sessions.set(accountId, session);
    const opening = this.open(account, session);
    try {
      await Promise.race([opening.then(() => session.ended()), session.ended()]);
    } finally {
      this.sessions.delete(accountId);
      // A client that is destroyed while it logs in opens its connection all the same, and can't be destroyed again.
      const stopped = opening
        .catch(() => undefined)
        .then(async (context) => {
          await session.stop();
          await context?.close();
        })
        .catch(() => undefined);
      if (await settlesWithin(opening, LOGIN_GRACE_MS)) await stopped;
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

  noteSent(route: DeliveryRoute, platformId: string): void {
    this.delivery.noteSent(route, platformId);
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

  async threadBefore(
    account: string,
    { route, messageId, limit }: { route: DeliveryRoute; messageId: string; limit: number },
  ): Promise<ThreadMessage[]> {
    const session = this.sessions.get(account);
    if (!session) throw new Error('the account does not run');
    return session.threadBefore(route.to, messageId, limit);
  }

  locate(account: string, target: string): Promise<string> {
    return this.calls.locate(account, target);
  }

  members(account: string, group: string, limit: number): Promise<GroupMembers> {
    return membersOf(this.calls, account, group, limit);
  }

  async typing(account: string, route: DeliveryRoute): Promise<void> {
    if (interactionOf(route.replyToId)) return;
    const channel = await this.calls.channelFor({ account, route, text: '' });
    await this.calls.ask(account, (rest) => rest.post(`/channels/${channel}/typing`), true);
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

  private facts(accountId: string, botId: string): DiscordFacts {
    const { settings, at } = this.account(accountId);
    return { settings, at: at.split('.'), botId, ...this.groupFacts() };
  }

  protected configured(): DiscordAccount[] {
    return discordAccounts(this.config.config, this.config.env);
  }

  protected describe({ settings, token, tokenSource }: DiscordAccount): ReturnType<ChatPlatform<never>['describe']> {
    return {
      settings: { ...settings, token },
      allowFrom: idList(settings.allowFrom ?? settings.dm?.allowFrom),
      facts: { tokenSource, dmPolicy: settings.dmPolicy ?? settings.dm?.policy ?? 'pairing', mode: 'gateway' },
    };
  }
}
