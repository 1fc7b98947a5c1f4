import type { AccessPolicy } from '../access/access-policy';
import { Injectable } from '@nestjs/common';
import { parseChatCommand } from '../../agent/commands/chat-command';
import { CommandRegistry } from '../../agent/commands/command-registry.service';
import type { MediaRef } from '../../common/chat-media';
import type { DeliveryRoute } from '../../common/delivery-route';
import { type Logger, LoggerFactory } from '../../common/logger';
import { aborted } from '../../common/sleep';
import { Redactor } from '../../common/redactor';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { GuardedHttp } from '../../tools/web/guarded-http.service';
import type { ActionWish } from '../action-wish';
import {
  type ChannelAdapter,
  ChannelFatalError,
  type ChannelHost,
  ChannelSendError,
  ChatChannel,
  type ProbeResult,
  type ThreadMessage,
} from '../channel-adapter';
import type { GroupMembers } from '../group-members';
import { ChatPlatform } from '../kit/chat-platform';
import { SlackDelivery } from './slack-delivery';
import { type SlackAccount, pathOf, slackAccounts } from './slack-accounts';
import { SLACK_ACTIONS, actionCall, describeAction } from './slack-actions';
import { SlackApp } from './slack-app';
import { OVERLAP_MS, SlackBackfill } from './slack-backfill';
import { SlackCalls } from './slack-calls';
import { askAll, whoIs } from './slack-who';
import { slackChunks } from './slack-format';
import { type SlackBot, idList, policyOf } from './slack-inbound';
import { SlackIntake } from './slack-intake';
import { SlackNames } from './slack-names';
import { SlackWays } from './slack-ways';
import { threadMessages } from './slack-thread';
import { SlackSocket } from './slack-socket';

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
export class SlackAdapter extends ChatPlatform<SlackAccount> implements ChannelAdapter {
  private readonly log: Logger;
  private readonly calls = new SlackCalls((id) => this.account(id));
  private readonly ways: SlackWays;
  /** Accounts that take requests now. */
  private readonly listening = new Map<string, Listening>();
  private readonly bots = new Map<string, SlackBot>();
  /** Of the accounts that run. */
  private readonly intakes = new Map<string, SlackIntake>();
  protected readonly delivery: SlackDelivery;

  constructor(
    config: ConfigService,
    private readonly redactor: Redactor,
    http: GuardedHttp,
    private readonly commands: CommandRegistry,
    loggers: LoggerFactory,
  ) {
    super(config, { id: 'slack', label: 'Slack', mediaMb: 20, sendMb: 50, streamMs: 1200 });
    this.log = loggers.child('channels/slack');
    this.ways = new SlackWays(this.calls, http, (id) => this.account(id), this.log);
    this.delivery = new SlackDelivery(this.calls, this.ways, (account) => this.bots.get(account));
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
    this.intakes.set(accountId, intake);
    signal.addEventListener('abort', () => this.intakes.delete(accountId), { once: true });
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
    if (!(await host.alone())) return;
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

  fetchMedia(accountId: string, media: MediaRef, limits: { maxBytes: number; signal: AbortSignal }): Promise<Buffer> {
    return this.ways.download(accountId, media, limits);
  }

  async act(action: string, wish: ActionWish): Promise<Record<string, unknown>> {
    const channel = await this.calls.channelOf(wish.account, wish.route.to);
    const [method, params] = actionCall(action, wish, channel, this.account(wish.account).settings);
    const isRepeatable = !method.endsWith('postMessage');
    return describeAction(action, await this.calls.call(wish.account, method, params, isRepeatable));
  }

  async threadBefore(
    account: string,
    { route, messageId, limit }: { route: DeliveryRoute; messageId: string; limit: number },
  ): Promise<ThreadMessage[]> {
    const intake = this.intakes.get(account);
    if (route.threadId === undefined || !intake) throw new Error('the account does not run');
    const thread = { channel: route.to, thread: route.threadId, before: messageId, limit };
    return intake.retold(await threadMessages(this.calls, account, thread));
  }

  locate(account: string, target: string): Promise<string> {
    return this.calls.directory.idOf(account, target);
  }

  members(account: string, group: string, limit: number): Promise<GroupMembers> {
    return this.calls.directory.members(account, group, limit);
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

  private isCommand(text: string): boolean {
    const name = parseChatCommand(text)?.name;
    return name !== undefined && this.commands.find(name, defaultAgentId(this.config.config)) !== undefined;
  }

  private facts(
    accountId: string,
    bot: SlackBot,
  ): ConstructorParameters<typeof SlackIntake>[2] extends () => infer T ? T : never {
    const { settings, at } = this.account(accountId);
    return { settings, at: at.split('.'), bot, ...this.groupFacts() };
  }

  protected configured(): SlackAccount[] {
    return slackAccounts(this.config.config, this.config.env);
  }

  protected describe({ settings, botToken, appToken }: SlackAccount): ReturnType<ChatPlatform<never>['describe']> {
    return {
      settings: { ...settings, botToken, appToken },
      allowFrom: idList(settings.allowFrom ?? settings.dm?.allowFrom),
      facts: { dmPolicy: settings.dmPolicy ?? settings.dm?.policy ?? 'pairing', mode: settings.mode ?? 'socket' },
    };
  }
}
