import { existsSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import type { UserFromGetMe } from 'telegraf/types';
import type { MediaRef } from '../../common/chat-media';
import type { DeliveryRoute } from '../../common/delivery-route';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { aborted } from '../../common/sleep';
import { Redactor } from '../../common/redactor';
import { ConfigService } from '../../config/config.service';
import { GuardedHttp } from '../../tools/web/guarded-http.service';
import { CommandRegistry } from '../../agent/commands/command-registry.service';
import { defaultAgentId } from '../../config/agent-entries';
import { EventBus } from '../../events/event-bus';
import { LeaseService } from '../../storage/lease.service';
import { mentionPatterns } from '../access/mention-patterns';
import { type BlockWishes, blockWishes } from '../../common/block-rules';
import {
  type ChannelAccount,
  type ChannelAdapter,
  type ActionWish,
  ChannelFatalError,
  type ChannelHost,
  ChannelSendError,
  ChatChannel,
  type OutboundMessage,
  type ProbeResult,
} from '../channel-adapter';
import { chunkMarkdown } from '../text/markdown-chunks';
import { type TelegramAccount, botIdOf, telegramAccounts } from './telegram-accounts';
import { TELEGRAM_ACTIONS, actionCall, describeAction } from './telegram-actions';
import { TelegramBots } from './telegram-bots';
import { telegramCall } from './telegram-call';
import { menuOf } from './telegram-menu';
import { hasButtons, keyboard } from './telegram-buttons';
import { TelegramHook, hookPathOf } from './telegram-hook';
import { followGroup } from './telegram-groups';
import { idList } from './telegram-inbound';
import { TelegramIntakeDesk } from './telegram-intake';
import { placeOf, preview, quote } from './telegram-places';
import type { TelegramIntake } from './telegram-context';
import { apiErrorCode, apiErrorText, sendError } from './telegram-errors';
import { telegramHtml } from './telegram-format';
import { fileCall } from './telegram-files';
import { TelegramMessageIds } from './telegram-message-ids';
import { TelegramPoller } from './telegram-poller';

const DEFAULT_CHUNK_LIMIT = 4000;
const DEFAULT_MEDIA_MB = 5;
const MIB = 1024 * 1024;
const STREAM_INTERVAL_MS = 1000;
/** Longest wait for the answer to a send. */
const MAX_SEND_MS = 60_000;
/** How many numbers after the mark a message that was cut off is looked for. */
const SEARCHED_MESSAGES = 25;
const NO_MESSAGE_OF_OURS = /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i;

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
})
export class TelegramAdapter implements ChannelAdapter {
  private readonly log: Logger;
  private readonly bots = new TelegramBots();
  private readonly messageIds = new TelegramMessageIds();
  /** Menu of each account as it was set last. */
  private readonly menus = new Map<string, string>();
  /** Accounts to which updates are posted. */
  private readonly open = new Map<string, TelegramHook>();
  /** How far searches have come that a failure interrupted. */
  private readonly searches = new Map<string, number>();

  constructor(
    private readonly config: ConfigService,
    private readonly leases: LeaseService,
    private readonly redactor: Redactor,
    private readonly http: GuardedHttp,
    private readonly commands: CommandRegistry,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('channels/telegram');
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
    void this.publishMenu(accountId, signal);
    const unlisten = this.events.on('skills.changed', () => void this.publishMenu(accountId, signal));
    const intakeFor = (me: UserFromGetMe, taking: ChannelHost): TelegramIntake => this.intake(accountId, me, taking);
    try {
      if (account.settings.webhookUrl) {
        const hook = new TelegramHook({ account, bot, host, signal, intakeFor });
        await hook.open();
        this.open.set(accountId, hook);
        await aborted(signal);
        return;
      }
      const { leases, log } = this;
      await new TelegramPoller({
        bot,
        botId: botIdOf(account.token ?? ''),
        leases,
        host,
        log,
        signal,
        intakeFor,
      }).run();
    } finally {
      this.open.delete(accountId);
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
    // In UTF-16 units, as Telegram counts.
    return chunkMarkdown(text, (piece) => telegramHtml(piece).length <= limit);
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
    const sent = await this.withPlainFallback(message.text, false, (text, format) =>
      file
        ? this.call(message.account, ...fileCall(file, { caption: text, ...format, ...options }))
        : this.call(message.account, 'sendMessage', { text, ...format, ...options }),
    );
    const id = (sent as { message_id: number }).message_id;
    this.messageIds.noteOwn(message.account, message.route.to, id);
    return String(id);
  }

  sendMark({ account, route }: OutboundMessage): string | undefined {
    const highest = this.messageIds.highest(account, route.to);
    return highest === undefined ? undefined : String(highest);
  }

  noteSent(route: DeliveryRoute, platformId: string): void {
    this.messageIds.noteOwn(route.account, route.to, Number(platformId));
  }

  /**
   * Numbers of messages only rise, and each chat gets one message at a time: the first of ours after the mark is the one
   * that is looked for. Editing tells whether it is there, and changes nothing where it has the text already.
   */
  async findSent(message: OutboundMessage, mark: string, others: ReadonlySet<string>): Promise<string | undefined> {
    const search = [message.account, message.route.to, mark].join('/');
    for (let id = this.searches.get(search) ?? Number(mark) + 1; id <= Number(mark) + SEARCHED_MESSAGES; id++) {
      this.searches.set(search, id);
      if (others.has(String(id)) || !(await this.isOurs(message, id))) continue;
      this.searches.delete(search);
      this.messageIds.note(message.account, message.route.to, id);
      return String(id);
    }
    this.searches.delete(search);
    return undefined;
  }

  async edit(message: OutboundMessage, platformId: string): Promise<void> {
    try {
      await this.editText(message, platformId);
    } catch (error) {
      // The preview is gone: the text still has to arrive.
      if (NO_MESSAGE_OF_OURS.test(messageOf(error))) await this.send(message);
      else throw error;
    }
  }

  mediaLimit(accountId: string): number {
    return (this.account(accountId).settings.mediaMaxMb ?? DEFAULT_MEDIA_MB) * MIB;
  }

  async fetchMedia(
    accountId: string,
    media: MediaRef,
    { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
  ): Promise<Buffer> {
    const { settings, token } = this.account(accountId);
    const file = (await this.call(accountId, 'getFile', { file_id: media.ref })) as { file_path?: string };
    if (!file.file_path) throw new Error('Telegram gives this file out no more');
    const root = (settings.apiRoot ?? 'https://api.telegram.org').replace(/\/$/, '');
    try {
      const answer = await this.http.request({
        url: `${root}/file/bot${token ?? ''}/${file.file_path}`,
        timeoutMs: MAX_SEND_MS,
        maxBytes,
        signal,
        trustedOrigins: [new URL(root).origin],
        ...(settings.proxy ? { proxy: settings.proxy } : {}),
      });
      if (answer.status !== 200) throw new Error(`Telegram answered ${answer.status}`);
      return answer.body;
    } catch (error) {
      // The address holds the token.
      throw new Error(this.redactor.redact(messageOf(error)), { cause: error });
    }
  }

  async act(action: string, wish: ActionWish): Promise<Record<string, unknown>> {
    const [method, params] = actionCall(action, wish, this.account(wish.account).settings);
    try {
      const result = await this.call(wish.account, method, { ...params, ...placeOf(wish.route, method) });
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

  async probe(accountId: string): Promise<ProbeResult> {
    const started = performance.now();
    const elapsed = (): number => Math.round(performance.now() - started);
    try {
      const me = (await this.call(accountId, 'getMe', {})) as UserFromGetMe;
      return { ok: true, elapsedMs: elapsed(), bot: { id: me.id, username: me.username } };
    } catch (error) {
      return { ok: false, elapsedMs: elapsed(), error: this.redactor.redact(apiErrorText(error)) };
    }
  }

  /** Commands in the menu of the app; what is missing there can be typed all the same. */
  private async publishMenu(accountId: string, signal: AbortSignal): Promise<void> {
    const { config } = this.config;
    const own = this.account(accountId).settings.commands;
    const native = own?.native ?? config.commands?.native ?? 'auto';
    if (native === false) return;
    const withSkills = (own?.nativeSkills ?? config.commands?.nativeSkills ?? 'auto') !== false;
    const all = this.commands.all(defaultAgentId(config));
    const custom = this.account(accountId).settings.customCommands ?? [];
    const commands = menuOf(all, { withSkills, custom });
    try {
      const wanted = JSON.stringify(commands);
      if (this.menus.get(accountId) === wanted || signal.aborted) return;
      await this.call(accountId, 'setMyCommands', { commands, scope: { type: 'all_private_chats' } });
      await this.call(accountId, 'setMyCommands', {
        commands: menuOf(all, { withSkills, custom, inGroups: true }),
        scope: { type: 'all_group_chats' },
      });
      this.menus.set(accountId, wanted);
    } catch (error) {
      this.log.debug({ account: accountId }, `the menu was not set: ${apiErrorText(error)}`);
    }
  }

  private intake(accountId: string, me: UserFromGetMe, host: ChannelHost): TelegramIntake {
    return new TelegramIntakeDesk({
      account: accountId,
      bot: me,
      host,
      ids: this.messageIds,
      facts: () => {
        const { config } = this.config;
        const defaultGroupPolicy = config.channels?.defaults?.groupPolicy;
        return {
          settings: this.account(accountId).settings,
          mentionPatterns: mentionPatterns(config),
          ...(defaultGroupPolicy ? { defaultGroupPolicy } : {}),
        };
      },
      confirm: (id) => this.call(accountId, 'answerCallbackQuery', { callback_query_id: id }),
      moved: async (from, to) => {
        await host.moved(from, to);
        if (await followGroup(this.config, this.account(accountId), from, to))
          this.log.info({ account: accountId, from, to }, 'a group has a new id; its rules followed');
      },
    });
  }

  /** Whether a message number is one that we sent to the chat; it has the text afterwards. */
  private async isOurs(message: OutboundMessage, id: number): Promise<boolean> {
    try {
      await this.editText(message, String(id));
      return true;
    } catch (error) {
      if (NO_MESSAGE_OF_OURS.test(messageOf(error))) return false;
      throw error;
    }
  }

  private async editText(message: OutboundMessage, platformId: string): Promise<void> {
    const { settings } = this.account(message.account);
    try {
      await this.withPlainFallback(message.text, true, (text, format) =>
        this.call(message.account, message.file ? 'editMessageCaption' : 'editMessageText', {
          ...placeOf(message.route, 'edit'),
          message_id: Number(platformId),
          ...(message.file ? { caption: text } : { text }),
          ...format,
          ...preview(settings.linkPreview),
        }),
      );
    } catch (error) {
      if (!/message is not modified/i.test(messageOf(error))) throw error;
    }
  }

  /** As HTML; when Telegram can't read it, as plain text, so that the words arrive. */
  private async withPlainFallback(
    markdown: string,
    repeatable: boolean,
    call: (text: string, format: SendOptions) => Promise<unknown>,
  ): Promise<unknown> {
    try {
      return await call(telegramHtml(markdown), { parse_mode: 'HTML' });
    } catch (error) {
      const unreadable =
        apiErrorCode(error) === 400 &&
        /can't parse entities|unsupported start tag|can't find end/i.test(apiErrorText(error));
      if (!unreadable) throw sendError(error, repeatable);
    }
    try {
      return await call(markdown, {});
    } catch (error) {
      throw sendError(error, repeatable);
    }
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
