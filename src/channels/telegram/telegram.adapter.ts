import type { AccessPolicy } from '../access/access-policy';
import { Injectable } from '@nestjs/common';
import type { UserFromGetMe } from 'telegraf/types';
import type { RetryPace } from '../../common/backoff';
import type { MediaRef } from '../../common/chat-media';
import type { DeliveryRoute } from '../../common/delivery-route';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { aborted } from '../../common/sleep';
import { Redactor } from '../../common/redactor';
import { ConfigService } from '../../config/config.service';
import { GuardedHttp } from '../../tools/web/guarded-http.service';
import { CommandRegistry } from '../../agent/commands/command-registry.service';
import { EventBus } from '../../events/event-bus';
import { LeaseService } from '../../storage/lease.service';
import type { ActionWish } from '../action-wish';
import {
  type ChannelAdapter,
  type ChannelHost,
  ChannelSendError,
  ChatChannel,
  type ProbeResult,
} from '../channel-adapter';
import type { GroupMembers } from '../group-members';
import { ChatPlatform } from '../kit/chat-platform';
import { hasButtons } from './telegram-buttons';
import { TelegramDelivery } from './telegram-delivery';
import { TelegramCalls } from './telegram-calls';
import { type TelegramAccount, botIdOf, telegramAccounts, triedAccount } from './telegram-accounts';
import { TELEGRAM_ACTIONS, actionCall, describeAction, reactionGuidance } from './telegram-actions';
import { clientOf } from './telegram-bots';
import { whoIs } from './telegram-who';
import { TelegramChats } from './telegram-chats';
import { TelegramMenus } from './telegram-menus';
import { TelegramHook, hookPathOf } from './telegram-hook';
import { followGroup } from './telegram-groups';
import { TelegramUpdateIntake } from './telegram-intake';
import { placeOf } from './telegram-places';
import { idList, policyOf } from './telegram-policy';
import { PollStore } from '../polls/poll.store';
import { sentPoll } from './telegram-polls';
import { TelegramPollWatch } from './telegram-poll-watch';
import type { TelegramIntake } from './telegram-context';
import { sendError } from './telegram-errors';
import { telegramChunks } from './telegram-format';
import { fetchFile } from './telegram-files';
import { TelegramPoller } from './telegram-poller';
import { administratorsOf } from './telegram-members';

const DEFAULT_CHUNK_LIMIT = 4000;
/** How many of the messages that came last are known from the start. */
const REMEMBERED = 500;
/** The same before each message that is sent, while another gateway polls. */
const REMEMBERED_OF_OTHERS = 50;
/** External id of a message in a chat. */
const RECEIVED = /^(-?\d+):(\d+)$/;

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
export class TelegramAdapter extends ChatPlatform<TelegramAccount> implements ChannelAdapter {
  private readonly log: Logger;
  private readonly calls = new TelegramCalls((id) => this.account(id));
  private readonly chats = new TelegramChats();
  private readonly menus: TelegramMenus;
  /** Accounts to which updates are posted. */
  private readonly open = new Map<string, TelegramHook>();
  /** Polls of the accounts that poll. */
  private readonly watches = new Map<string, TelegramPollWatch>();
  protected readonly delivery = new TelegramDelivery(this.calls, this.chats, (account) => this.watches.get(account));

  constructor(
    config: ConfigService,
    private readonly leases: LeaseService,
    private readonly redactor: Redactor,
    private readonly http: GuardedHttp,
    commands: CommandRegistry,
    private readonly events: EventBus,
    private readonly polls: PollStore,
    loggers: LoggerFactory,
  ) {
    super(config, { id: 'telegram', label: 'Telegram', mediaMb: 5, sendMb: 50, streamMs: 1000 });
    this.log = loggers.child('channels/telegram');
    this.menus = new TelegramMenus(config, commands, this.log, (account, method, params) =>
      this.calls.call(account, method, params),
    );
  }

  async run(accountId: string, host: ChannelHost, signal: AbortSignal): Promise<void> {
    const account = this.account(accountId);
    this.redactor.addSecret(account.token);
    const { bot, close } = await this.calls.bots.open(account);
    const publishMenu = (): void => void this.menus.publish(accountId, this.account(accountId).settings, signal);
    publishMenu();
    const unlisten = this.events.on('skills.changed', publishMenu);
    const intakeFor = (me: UserFromGetMe, taking: ChannelHost): TelegramIntake => this.intake(accountId, me, taking);
    try {
      const noteReceived = async (count: number): Promise<void> => {
        for (const id of await host.lastReceived(count)) {
          const [, chat, number] = RECEIVED.exec(id) ?? [];
          if (chat !== undefined) this.chats.ids.note(accountId, chat, Number(number));
        }
      };
      await noteReceived(REMEMBERED);
      if (account.settings.webhookUrl) {
        const hook = new TelegramHook({ account, bot, host, signal, intakeFor });
        await hook.open();
        this.open.set(accountId, hook);
        await aborted(signal);
        return;
      }
      const { leases, log } = this;
      const watch = new TelegramPollWatch(() => noteReceived(REMEMBERED_OF_OTHERS));
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

  hasButtons(route: DeliveryRoute): boolean {
    return hasButtons(this.account(route.account).settings, route);
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
    return this.chats.find(route, (account, method, params) => this.calls.call(account, method, params));
  }

  noteSent(route: DeliveryRoute, platformId: string): void {
    this.delivery.noteSent(route, platformId);
  }

  async fetchMedia(
    accountId: string,
    media: MediaRef,
    limits: { maxBytes: number; signal: AbortSignal },
  ): Promise<Buffer> {
    const file = (await this.calls.call(accountId, 'getFile', { file_id: media.ref })) as { file_path?: string };
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
      const result = await this.calls.call(wish.account, method, { ...params, ...placeOf(wish.route, method) });
      if (method.startsWith('send')) this.chats.noteResult(wish.route, result, askedAt);
      await this.keepPoll(wish, result);
      return describeAction(action, result);
    } catch (error) {
      throw error instanceof ChannelSendError ? error : sendError(error, action !== 'poll');
    }
  }

  retryPace(accountId: string): RetryPace | undefined {
    return this.configured().find(({ id }) => id === accountId)?.settings.retry;
  }

  guidance(accountId: string): string | undefined {
    const account = this.configured().find(({ id }) => id === accountId);
    return account && reactionGuidance(account.settings);
  }

  members(account: string, group: string, limit: number): Promise<GroupMembers> {
    return administratorsOf((method, params) => this.calls.call(account, method, params), group, limit);
  }

  async typing(account: string, route: DeliveryRoute): Promise<void> {
    await this.calls.call(account, 'sendChatAction', { ...placeOf(route, 'sendChatAction'), action: 'typing' });
  }

  directPolicy(accountId: string): AccessPolicy {
    return policyOf({ settings: this.account(accountId).settings }, undefined, undefined);
  }

  probe(accountId: string): Promise<ProbeResult> {
    return whoIs(() => this.calls.client(accountId), this.redactor);
  }

  tryOut({ botToken = '' }: Readonly<Record<string, string>>, accountId: string): Promise<ProbeResult> {
    return whoIs(() => clientOf(triedAccount(this.configured(), accountId, botToken)), this.redactor);
  }

  /** The poll stands already, whether it can be kept or not. */
  private async keepPoll({ account, route }: ActionWish, result: unknown): Promise<void> {
    const sent = sentPoll(route, result);
    if (!sent) return;
    await this.polls
      .keep({ channel: 'telegram', account, pollId: sent.id }, sent)
      .catch((error: unknown) => this.log.warn({ account }, `a poll was not kept: ${messageOf(error)}`));
  }

  private intake(accountId: string, me: UserFromGetMe, host: ChannelHost): TelegramIntake {
    return new TelegramUpdateIntake({
      account: accountId,
      bot: me,
      host,
      ids: this.chats.ids,
      polls: this.polls,
      notBefore: () => this.watches.get(accountId)?.notBefore ?? -Infinity,
      facts: () => ({ settings: this.account(accountId).settings, ...this.groupFacts() }),
      answer: (method, params) => this.calls.call(accountId, method, params),
      moved: async (from, to) => {
        await host.moved(from, to);
        if (await followGroup(this.config, this.account(accountId), from, to))
          this.log.info({ account: accountId, from, to }, 'a group has a new id; its rules followed');
      },
    });
  }

  protected configured(): TelegramAccount[] {
    return telegramAccounts(this.config.config, this.config.env);
  }

  protected describe({ settings, token, tokenSource }: TelegramAccount): ReturnType<ChatPlatform<never>['describe']> {
    return {
      settings: { ...settings, token },
      allowFrom: idList(settings.allowFrom),
      facts: {
        tokenSource,
        dmPolicy: settings.dmPolicy ?? 'pairing',
        mode: settings.webhookUrl ? 'webhook' : 'polling',
      },
    };
  }
}
