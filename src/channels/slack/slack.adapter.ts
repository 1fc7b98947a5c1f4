import { existsSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { parseChatCommand } from '../../agent/commands/chat-command';
import { CommandRegistry } from '../../agent/commands/command-registry.service';
import type { MediaRef } from '../../common/chat-media';
import type { DeliveryRoute } from '../../common/delivery-route';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { aborted } from '../../common/sleep';
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
import { type SlackAccount, pathOf, slackAccounts } from './slack-accounts';
import { SLACK_ACTIONS, actionCall, describeAction } from './slack-actions';
import { SlackApp } from './slack-app';
import { OVERLAP_MS, SlackBackfill } from './slack-backfill';
import { SlackCalls } from './slack-calls';
import { askAll, whoIs } from './slack-who';
import { mrkdwn, slackChunks } from './slack-format';
import { type SlackBot, idList, kindOf, policyOf } from './slack-inbound';
import { SlackIntake } from './slack-intake';
import { SlackNames } from './slack-names';
import { blocks, responseUrlOf } from './slack-replies';
import { SlackWays } from './slack-ways';
import { DELIVERY, type SlackSentMessage, searchStep } from './slack-search';
import { SlackSocket } from './slack-socket';

const DEFAULT_MEDIA_MB = 20;
const MIB = 1024 * 1024;
const STREAM_INTERVAL_MS = 1200;
/** A message whose sending was cut off is looked for from so long before it. */
const SEARCH_SECONDS = 600;
const SEARCH_PAGE = 100;
/** After a gap of so long Slack may have given up telling events again. */
const GAP_MS = 60_000;

interface Listening {
  app: SlackApp;
  host: ChannelHost;
}

@Injectable()
@ChatChannel({
  id: 'slack',
  label: 'Slack',
  capabilities: { edits: true, typing: true, groups: true, files: { captionChars: 4000 }, actions: SLACK_ACTIONS },
  credentials: ['botToken', 'appToken', 'userToken', 'signingSecret'],
  triable: ['botToken', 'appToken'],
})
export class SlackAdapter implements ChannelAdapter {
  private readonly log: Logger;
  private readonly calls = new SlackCalls((id) => this.account(id));
  private readonly ways: SlackWays;
  /** Accounts that take requests now. */
  private readonly listening = new Map<string, Listening>();
  private readonly bots = new Map<string, SlackBot>();

  constructor(
    private readonly config: ConfigService,
    private readonly redactor: Redactor,
    http: GuardedHttp,
    private readonly commands: CommandRegistry,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('channels/slack');
    this.ways = new SlackWays(this.calls, http, (id) => this.account(id), this.log);
  }

  accounts(): ChannelAccount[] {
    return this.configured().map(({ id, enabled, at, notConfigured, botToken, appToken, settings }) => ({
      id,
      enabled,
      at,
      settings: { ...settings, botToken, appToken },
      ...(settings.name ? { name: settings.name } : {}),
      ...(notConfigured ? { notConfigured } : {}),
      allowFrom: idList(settings.allowFrom ?? settings.dm?.allowFrom),
      facts: { dmPolicy: settings.dmPolicy ?? settings.dm?.policy ?? 'pairing', mode: settings.mode ?? 'socket' },
    }));
  }

  async run(accountId: string, host: ChannelHost, signal: AbortSignal): Promise<void> {
    const account = this.account(accountId);
    for (const secret of [
      account.botToken,
      account.appToken,
      account.settings.signingSecret,
      account.settings.userToken,
    ])
      if (secret) this.redactor.addSecret(secret);
    await host.completeThrough();
    const bot = await this.identify(account);
    this.bots.set(accountId, bot);
    const intake = new SlackIntake(
      host,
      new SlackNames(this.calls, accountId),
      () => this.facts(accountId, bot),
      (text) => this.isCommand(text),
    );
    const app = await SlackApp.open(account, bot, intake, host);
    let leftAt = 0;
    let isLive = false;
    // While it listens nothing is missing: Slack tells again what was not confirmed.
    const noting = setInterval(() => {
      if (isLive) void host.noteComplete(Date.now() - OVERLAP_MS).catch(() => undefined);
    }, OVERLAP_MS).unref();
    signal.addEventListener('abort', () => clearInterval(noting), { once: true });
    const connected = async (): Promise<void> => {
      if (Date.now() - leftAt < GAP_MS) return;
      const began = Date.now();
      await new SlackBackfill({
        calls: this.calls,
        account: accountId,
        log: this.log,
        lastReceived: (limit) => host.lastReceived(limit),
        completeThrough: () => host.completeThrough(),
        take: (message) => intake.found(message, signal),
      }).run(signal);
      if (!signal.aborted) await host.noteComplete(began - OVERLAP_MS);
    };
    if (account.settings.mode === 'http') {
      await connected();
      isLive = true;
      this.listening.set(accountId, { app, host });
      host.state('connected');
      try {
        await aborted(signal);
      } finally {
        this.listening.delete(accountId);
      }
      return;
    }
    await new SlackSocket({
      account,
      app,
      host: {
        ...host,
        state: (state, reason) => {
          isLive = state === 'connected';
          if (state === 'reconnecting') leftAt = Date.now();
          host.state(state, reason);
        },
      },
      log: this.log,
      signal,
      connected,
    }).run();
  }

  /** Accounts in HTTP mode that take requests on a path now. */
  listeners(path: string): { secret: string; app: SlackApp; host: ChannelHost }[] {
    return this.configured().flatMap((account) => {
      const found = this.listening.get(account.id);
      const secret = account.settings.signingSecret;
      return found && secret && pathOf(account) === path ? [{ secret, ...found }] : [];
    });
  }

  chunk(accountId: string, text: string): string[] {
    return slackChunks(text, this.account(accountId).settings.textChunkLimit);
  }

  /** Threads share the times of their conversation, which are its messages' ids. */
  placeOf({ account, to }: DeliveryRoute): string | undefined {
    return this.calls.knownChannel(account, to);
  }

  findPlace({ account, to }: DeliveryRoute): Promise<string> {
    return this.calls.channelOf(account, to);
  }

  async send(message: OutboundMessage): Promise<string> {
    const { file, route, account, deliveryId } = message;
    if (file && !existsSync(file.path)) throw new ChannelSendError('refused', `${file.name} is not there any more`);
    const url = responseUrlOf(route.replyToId);
    if (url !== undefined && !file && (await this.ways.respond(account, url, message)))
      return `response:${deliveryId ?? ''}`;
    const channel = await this.calls.channelOf(account, route.to);
    const thread = this.threadOf(message);
    const text = mrkdwn(message.text);
    if (file) return this.ways.upload(message, channel, thread, text);
    const sent = await this.calls.call(account, 'chat.postMessage', {
      channel,
      text,
      ...blocks(text, message.buttons),
      ...(thread ? { thread_ts: thread } : {}),
      ...metadataOf(deliveryId),
    });
    const { ts } = sent;
    if (typeof ts !== 'string') throw new ChannelSendError('ambiguous', 'Slack: the answer has no time of the message');
    return ts;
  }

  sendMark(): string {
    return (Date.now() / 1000 - SEARCH_SECONDS).toFixed(6);
  }

  /** Each message carries the number of its delivery, which the history tells; a file is known by its name. */
  async findSent(message: OutboundMessage, search: SentSearch): Promise<SearchStep> {
    const { account, route, deliveryId, file } = message;
    if (responseUrlOf(route.replyToId) !== undefined)
      throw new ChannelSendError('refused', 'answers to a command can not be looked for');
    const channel = await this.calls.channelOf(account, route.to);
    const thread = this.threadOf(message);
    const text = mrkdwn(message.text);
    const page = (cursor: string | undefined): Promise<Record<string, unknown>> =>
      this.calls.call(
        account,
        thread ? 'conversations.replies' : 'conversations.history',
        {
          channel,
          oldest: search.mark,
          limit: SEARCH_PAGE,
          include_all_metadata: true,
          ...(thread ? { ts: thread } : {}),
          ...(cursor ? { cursor } : {}),
        },
        true,
      );
    const complete = async (found: SlackSentMessage): Promise<boolean> => {
      if (file || found.text === text) return true;
      try {
        await this.edit(message, found.ts);
        return true;
      } catch (error) {
        if (error instanceof ChannelSendError && error.failure === 'gone') return false;
        throw error;
      }
    };
    const wanted = { deliveryId, text, fileName: file?.name, bot: this.bots.get(account) };
    return searchStep({ page, complete }, wanted, search);
  }

  async edit(message: OutboundMessage, platformId: string): Promise<void> {
    const channel = await this.calls.channelOf(message.account, message.route.to);
    const text = mrkdwn(message.text);
    try {
      await this.calls.call(
        message.account,
        'chat.update',
        { channel, ts: platformId, text, ...blocks(text, message.buttons), ...metadataOf(message.deliveryId) },
        true,
      );
    } catch (error) {
      if (!/message_not_found|cant_update_message/.test(messageOf(error))) throw error;
      throw new ChannelSendError('gone', messageOf(error), { cause: error });
    }
  }

  mediaLimit(accountId: string): number {
    return (this.account(accountId).settings.mediaMaxMb ?? DEFAULT_MEDIA_MB) * MIB;
  }

  fetchMedia(accountId: string, media: MediaRef, limits: { maxBytes: number; signal: AbortSignal }): Promise<Buffer> {
    return this.ways.download(accountId, media, limits);
  }

  async act(action: string, wish: ActionWish): Promise<Record<string, unknown>> {
    const channel = await this.calls.channelOf(wish.account, wish.route.to);
    const [method, params] = actionCall(action, wish, channel, this.account(wish.account).settings);
    const isRepeatable = !method.endsWith('postMessage');
    return describeAction(action, await this.calls.call(wish.account, method, params, isRepeatable));
  }

  locate(account: string, target: string): Promise<string> {
    return this.calls.directory.idOf(account, target);
  }

  /** Slack shows it in threads only. */
  async typing(account: string, route: DeliveryRoute): Promise<void> {
    if (route.threadId === undefined) return;
    await this.calls.call(
      account,
      'assistant.threads.setStatus',
      { channel_id: route.to, thread_ts: route.threadId, status: 'is writing…' },
      true,
    );
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
    return policyOf(this.facts(accountId, { userId: '', botId: '', teamId: '' }), { channel: '', channel_type: 'im' });
  }

  probe(accountId: string): Promise<ProbeResult> {
    return whoIs(() => this.calls.call(accountId, 'auth.test', {}, true), this.redactor);
  }

  tryOut({ botToken = '', appToken }: Readonly<Record<string, string>>, accountId: string): Promise<ProbeResult> {
    const settings = this.configured().find(({ id }) => id === accountId)?.settings ?? {};
    return whoIs(() => askAll(settings, botToken, appToken), this.redactor);
  }

  private async identify(account: SlackAccount): Promise<SlackBot> {
    try {
      const me = await this.calls.call(account.id, 'auth.test', {}, true);
      return { userId: String(me['user_id']), botId: String(me['bot_id'] ?? ''), teamId: String(me['team_id']) };
    } catch (error) {
      if (error instanceof ChannelSendError && error.failure === 'unauthorized')
        throw new ChannelFatalError(
          'SLACK_UNAUTHORIZED',
          `${error.message}: Slack refuses the bot token; set ${account.at}.botToken to the one of the app's page (xoxb-…)`,
          error,
        );
      throw error;
    }
  }

  /** The thread that the message came in stays; others are begun where the configuration wants them. */
  private threadOf({ account, route, replyToId }: OutboundMessage): string | undefined {
    if (route.threadId) return route.threadId;
    const { settings } = this.account(account);
    const kind = route.chatType ?? kindOf({ channel: route.to });
    const mode =
      settings.replyToModeByChatType?.[kind] ??
      (kind === 'direct' ? settings.dm?.replyToMode : undefined) ??
      settings.replyToMode ??
      'off';
    const asked =
      replyToId !== route.replyToId
        ? replyToId
        : mode === 'all'
          ? route.replyToId
          : mode === 'first'
            ? replyToId
            : undefined;
    return asked && /^\d+\.\d+$/.test(asked) && asked !== '0' ? asked : undefined;
  }

  private isCommand(text: string): boolean {
    const name = parseChatCommand(text)?.name;
    return name !== undefined && this.commands.find(name, defaultAgentId(this.config.config)) !== undefined;
  }

  private facts(
    accountId: string,
    bot: SlackBot,
  ): ConstructorParameters<typeof SlackIntake>[2] extends () => infer T ? T : never {
    const { config } = this.config;
    const defaultGroupPolicy = config.channels?.defaults?.groupPolicy;
    const { settings, at } = this.account(accountId);
    return {
      settings,
      at: at.split('.'),
      bot,
      mentionPatterns: mentionPatterns(config),
      ...(defaultGroupPolicy ? { defaultGroupPolicy } : {}),
    };
  }

  private configured(): SlackAccount[] {
    return slackAccounts(this.config.config, this.config.env);
  }

  private account(id: string): SlackAccount {
    const found = this.configured().find((account) => account.id === id);
    if (!found) throw new ChannelFatalError('SLACK_ACCOUNT', `there is no Slack account "${id}" in channels.slack`);
    return found;
  }
}

/** The number of a delivery, as messages carry it unseen. */
const metadataOf = (deliveryId: string | undefined): Record<string, unknown> =>
  deliveryId ? { metadata: { event_type: DELIVERY, event_payload: { id: deliveryId } } } : {};
