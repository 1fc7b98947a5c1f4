import { existsSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import type { UserFromGetMe } from 'telegraf/types';
import type { MediaRef } from '../../common/chat-media';
import type { DeliveryRoute } from '../../common/delivery-route';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { aborted, sleep } from '../../common/sleep';
import { Redactor } from '../../common/redactor';
import { ConfigService } from '../../config/config.service';
import { GuardedHttp } from '../../tools/web/guarded-http.service';
import { CommandRegistry } from '../../agent/commands/command-registry.service';
import { EventBus } from '../../events/event-bus';
import { LeaseService } from '../../storage/lease.service';
import { mentionPatterns } from '../access/mention-patterns';
import { type BlockWishes, blockWishes } from '../../common/block-rules';
import {
  type AccessPolicy,
  type ChannelAccount,
  type ChannelAdapter,
  type ActionWish,
  ChannelFatalError,
  type ChannelHost,
  ChannelSendError,
  ChatChannel,
  type OutboundMessage,
  type ProbeResult,
  type SearchStep,
  type SentSearch,
} from '../channel-adapter';
import { type TelegramAccount, botIdOf, telegramAccounts, triedAccount } from './telegram-accounts';
import { TELEGRAM_ACTIONS, actionCall, describeAction } from './telegram-actions';
import { TelegramBots, clientOf } from './telegram-bots';
import { type TextCall, callWithText } from './telegram-text-call';
import { whoIs } from './telegram-who';
import { TelegramChats } from './telegram-chats';
import { telegramCall } from './telegram-call';
import { TelegramMenus } from './telegram-menus';
import { hasButtons, keyboard } from './telegram-buttons';
import { TelegramHook, hookPathOf } from './telegram-hook';
import { followGroup } from './telegram-groups';
import { TelegramIntakeDesk } from './telegram-intake';
import { placeOf, preview, quote } from './telegram-places';
import { idList, policyOf } from './telegram-policy';
import { TelegramPollWatch } from './telegram-poll-watch';
import type { TelegramIntake } from './telegram-context';
import { sendError } from './telegram-errors';
import { telegramChunks } from './telegram-format';
import { fetchFile, fileCall } from './telegram-files';
import { TelegramPoller } from './telegram-poller';
import { searchStep } from './telegram-search';

const DEFAULT_CHUNK_LIMIT = 4000;
const DEFAULT_MEDIA_MB = 5;
const MIB = 1024 * 1024;
const STREAM_INTERVAL_MS = 1000;
/** Longest wait for the answer to a send. */
const MAX_SEND_MS = 60_000;
/** Longest wait for a first number of a chat, and the pause between two looks. */
const MAX_NUMBER_WAIT_MS = 3000;
const NUMBER_CHECK_MS = 20;
/** How many of the messages that came last are known from the start. */
const REMEMBERED = 500;
/** Telegram's words for a number that is not that of a text, or caption, of ours. */
const NOT_THAT_MESSAGE =
  /message to edit not found|message can't be edited|MESSAGE_ID_INVALID|there is no (?:text|caption) in the message|upgraded to a supergroup/i;

/** External id of a message in a chat. */
const RECEIVED = /^(-?\d+):(\d+)$/;

type SendOptions = Record<string, unknown>;

@Injectable()
@ChatChannel({
  id: 'telegram',
  label: 'Telegram',
  capabilities: {
    edits: true,
    typing: true,
    groups: true,
    files: { captionChars: 1024 },
    actions: TELEGRAM_ACTIONS,
  },
  credentials: ['botToken', 'tokenFile'],
  triable: ['botToken'],
})
export class TelegramAdapter implements ChannelAdapter {
  private readonly log: Logger;
  private readonly bots = new TelegramBots();
  private readonly chats = new TelegramChats();
  private readonly menus: TelegramMenus;
  /** Accounts to which updates are posted. */
  private readonly open = new Map<string, TelegramHook>();
  /** Polls of the accounts that poll. */
  private readonly watches = new Map<string, TelegramPollWatch>();

  constructor(
    private readonly config: ConfigService,
    private readonly leases: LeaseService,
    private readonly redactor: Redactor,
    private readonly http: GuardedHttp,
    commands: CommandRegistry,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('channels/telegram');
    this.menus = new TelegramMenus(config, commands, this.log, (account, method, params) =>
      this.call(account, method, params),
    );
  }

  accounts(): ChannelAccount[] {
    return this.configured().map(({ id, enabled, at, notConfigured, token, tokenSource, settings }) => ({
      id,
      enabled,
      at,
      settings: { ...settings, token },
      ...(settings.name ? { name: settings.name } : {}),
      ...(notConfigured ? { notConfigured } : {}),
      allowFrom: idList(settings.allowFrom),
      facts: {
        tokenSource,
        dmPolicy: settings.dmPolicy ?? 'pairing',
        mode: settings.webhookUrl ? 'webhook' : 'polling',
      },
    }));
  }

  async run(accountId: string, host: ChannelHost, signal: AbortSignal): Promise<void> {
    const account = this.account(accountId);
    this.redactor.addSecret(account.token);
    const { bot, close } = await this.bots.open(account);
    const publishMenu = (): void => void this.menus.publish(accountId, this.account(accountId).settings, signal);
    publishMenu();
    const unlisten = this.events.on('skills.changed', publishMenu);
    const intakeFor = (me: UserFromGetMe, taking: ChannelHost): TelegramIntake => this.intake(accountId, me, taking);
    try {
      for (const id of await host.lastReceived(REMEMBERED)) {
        const [, chat, number] = RECEIVED.exec(id) ?? [];
        if (chat !== undefined) this.chats.ids.note(accountId, chat, Number(number));
      }
      if (account.settings.webhookUrl) {
        const hook = new TelegramHook({ account, bot, host, signal, intakeFor });
        await hook.open();
        this.open.set(accountId, hook);
        await aborted(signal);
        return;
      }
      const { leases, log } = this;
      const watch = new TelegramPollWatch();
      this.watches.set(accountId, watch);
      await new TelegramPoller({
        bot,
        botId: botIdOf(account.token ?? ''),
        leases,
        host,
        log,
        signal,
        watch,
        intakeFor,
      }).run();
    } finally {
      this.open.delete(accountId);
      this.watches.delete(accountId);
      unlisten();
      await close();
    }
  }

  /** Accounts that take updates on a path now. */
  hooks(path: string): TelegramHook[] {
    return this.configured()
      .filter((account) => hookPathOf(account) === path)
      .flatMap((account) => this.open.get(account.id) ?? []);
  }

  chunk(accountId: string, text: string): string[] {
    const limit = this.account(accountId).settings.textChunkLimit ?? DEFAULT_CHUNK_LIMIT;
    return telegramChunks(text, limit);
  }

  /** Topics of a group share its numbers, so the chat alone is the place. */
  placeOf(route: DeliveryRoute): string | undefined {
    return this.chats.known(route);
  }

  findPlace(route: DeliveryRoute): Promise<string> {
    return this.chats.find(route, (account, method, params) => this.call(account, method, params));
  }

  async send(message: OutboundMessage): Promise<string> {
    const { settings } = this.account(message.account);
    const options = {
      ...placeOf(message.route),
      ...quote(message, settings.replyToMode),
      ...preview(settings.linkPreview),
      ...(hasButtons(settings, message.route) ? keyboard(message.buttons) : {}),
      ...(message.silent ? { disable_notification: true } : {}),
    };
    const { file } = message;
    if (file && !existsSync(file.path)) throw new ChannelSendError('refused', `${file.name} is not there any more`);
    const askedAt = performance.now();
    const sent = await this.callWithText(message, false, (text, format) =>
      file
        ? fileCall(file, { caption: text, ...format, ...options })
        : ['sendMessage', { text, ...format, ...options }],
    );
    return String(this.chats.noteResult(message.route, sent, askedAt));
  }

  /** Of a bot that is new here nothing is known until its first poll has told what people said to it. */
  async sendMark({ account, route }: OutboundMessage): Promise<string | undefined> {
    const began = performance.now();
    const isPolled = !this.account(account).settings.webhookUrl;
    while (isPolled && this.chats.newest(route) === undefined && performance.now() - began < MAX_NUMBER_WAIT_MS) {
      if (this.watches.get(account)?.isCaughtUp(began)) break;
      await sleep(NUMBER_CHECK_MS);
    }
    return this.chats.newest(route)?.toString();
  }

  noteSent(route: DeliveryRoute, platformId: string): void {
    this.chats.noteOwn(route, Number(platformId));
  }

  /** Editing tells whether a number is that of a text of ours, and changes nothing where it has the text already. */
  async findSent(message: OutboundMessage, search: SentSearch): Promise<SearchStep> {
    const { account, route } = message;
    const isCaughtUp = (moment: number): boolean => this.watches.get(account)?.isCaughtUp(moment) ?? true;
    const probe = (id: number): Promise<boolean> => this.isOurs(message, id);
    const { ids } = this.chats;
    const step = await searchStep({ account, chat: this.chats.of(route), ids, isCaughtUp, probe }, search);
    if (step.kind === 'found') this.chats.noteOwn(route, Number(step.platformId));
    return step;
  }

  async edit(message: OutboundMessage, platformId: string): Promise<void> {
    try {
      await this.editText(message, platformId);
    } catch (error) {
      if (!NOT_THAT_MESSAGE.test(messageOf(error))) throw error;
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
    const file = (await this.call(accountId, 'getFile', { file_id: media.ref })) as { file_path?: string };
    if (!file.file_path) throw new Error('Telegram gives this file out no more');
    try {
      return await fetchFile(this.http, this.account(accountId), file.file_path, limits);
    } catch (error) {
      // The address holds the token.
      throw new Error(this.redactor.redact(messageOf(error)), { cause: error });
    }
  }

  async act(action: string, wish: ActionWish): Promise<Record<string, unknown>> {
    const [method, params] = actionCall(action, wish, this.account(wish.account).settings);
    const askedAt = performance.now();
    try {
      const result = await this.call(wish.account, method, { ...params, ...placeOf(wish.route, method) });
      if (method.startsWith('send')) this.chats.noteResult(wish.route, result, askedAt);
      return describeAction(action, result);
    } catch (error) {
      throw error instanceof ChannelSendError ? error : sendError(error, action !== 'poll');
    }
  }

  async typing(account: string, route: DeliveryRoute): Promise<void> {
    await this.call(account, 'sendChatAction', { ...placeOf(route, 'sendChatAction'), action: 'typing' });
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
    return policyOf({ settings: this.account(accountId).settings }, undefined, undefined);
  }

  probe(accountId: string): Promise<ProbeResult> {
    return whoIs(() => this.bots.client(this.account(accountId)), this.redactor);
  }

  tryOut({ botToken = '' }: Readonly<Record<string, string>>, accountId: string): Promise<ProbeResult> {
    return whoIs(() => clientOf(triedAccount(this.configured(), accountId, botToken)), this.redactor);
  }

  private intake(accountId: string, me: UserFromGetMe, host: ChannelHost): TelegramIntake {
    return new TelegramIntakeDesk({
      account: accountId,
      bot: me,
      host,
      ids: this.chats.ids,
      polls: this.chats.polls,
      notBefore: () => this.watches.get(accountId)?.notBefore ?? -Infinity,
      facts: () => {
        const { config } = this.config;
        const defaultGroupPolicy = config.channels?.defaults?.groupPolicy;
        return {
          settings: this.account(accountId).settings,
          mentionPatterns: mentionPatterns(config),
          ...(defaultGroupPolicy ? { defaultGroupPolicy } : {}),
        };
      },
      answer: (method, params) => this.call(accountId, method, params),
      moved: async (from, to) => {
        await host.moved(from, to);
        if (await followGroup(this.config, this.account(accountId), from, to))
          this.log.info({ account: accountId, from, to }, 'a group has a new id; its rules followed');
      },
    });
  }

  /** Whether a message number is that of a text that we sent to the chat; it has the wanted text afterwards. */
  private async isOurs(message: OutboundMessage, id: number): Promise<boolean> {
    try {
      await this.editText(message, String(id));
      return true;
    } catch (error) {
      // Whatever Telegram says no to: it is not that one.
      if (error instanceof ChannelSendError && error.failure === 'refused') return false;
      throw error;
    }
  }

  private async editText(message: OutboundMessage, platformId: string): Promise<void> {
    const { settings } = this.account(message.account);
    const options = {
      ...placeOf(message.route, 'edit'),
      message_id: Number(platformId),
      ...preview(settings.linkPreview),
      // Without them Telegram takes away those that are there.
      ...(hasButtons(settings, message.route) ? keyboard(message.buttons) : {}),
    };
    try {
      await this.callWithText(message, true, (text, format) =>
        message.file
          ? ['editMessageCaption', { ...options, caption: text, ...format }]
          : ['editMessageText', { ...options, text, ...format }],
      );
    } catch (error) {
      if (!/message is not modified/i.test(messageOf(error))) throw error;
    }
  }

  private callWithText({ account, text }: OutboundMessage, repeatable: boolean, callFor: TextCall): Promise<unknown> {
    return callWithText((method, params) => this.call(account, method, params), text, repeatable, callFor);
  }

  private async call(accountId: string, method: string, payload: SendOptions): Promise<unknown> {
    const seconds = this.account(accountId).settings.timeoutSeconds;
    const timeout = Math.min(seconds === undefined ? MAX_SEND_MS : seconds * 1000, MAX_SEND_MS);
    return telegramCall(this.bots.client(this.account(accountId)), method, payload, AbortSignal.timeout(timeout));
  }

  private configured(): TelegramAccount[] {
    return telegramAccounts(this.config.config, this.config.env);
  }

  private account(id: string): TelegramAccount {
    const found = this.configured().find((account) => account.id === id);
    if (!found)
      throw new ChannelFatalError('TELEGRAM_ACCOUNT', `there is no Telegram account "${id}" in channels.telegram`);
    return found;
  }
}
