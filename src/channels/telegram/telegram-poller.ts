import type { Telegraf } from 'telegraf';
import type { Update, UserFromGetMe } from 'telegraf/types';
import { type BackoffPolicy, backoffDelay } from '../../common/backoff';
import type { Logger } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { sleep } from '../../common/sleep';
import { type Lease, LeaseLostError } from '../../storage/lease';
import type { LeaseService } from '../../storage/lease.service';
import { ChannelFatalError, type ChannelHost } from '../channel-adapter';
import { telegramCall } from './telegram-call';
import type { TelegramContext, TelegramIntake } from './telegram-context';
import type { TelegramPollWatch } from './telegram-poll-watch';
import { UPDATE_KINDS } from './telegram-update';
import { apiErrorCode, apiErrorText, retryAfterMs } from './telegram-errors';
import type { ReceivedUpdate } from './telegram-update';

const POLL_SECONDS = 30;
const BATCH = 100;
const POLL_BACKOFF: BackoffPolicy = { initialMs: 500, maxMs: 30_000, factor: 1.8, jitter: 0.25 };

export interface PollerOptions {
  bot: Telegraf<TelegramContext>;
  /** Identity of the bot, under which only one process polls. */
  botId: string;
  leases: LeaseService;
  host: ChannelHost;
  watch: TelegramPollWatch;
  intakeFor(me: UserFromGetMe, host: ChannelHost): TelegramIntake;
  log: Logger;
  signal: AbortSignal;
}

/**
 * Long polling under our own supervision. The offset moves only after every update of a batch is on disk, so a crash
 * makes Telegram send them again; the inbox knows them by chat and message id. One poll at a time, and one process per
 * bot, by lease.
 */
export class TelegramPoller {
  /** Ends a holding of the lease: stopped, or overtaken. */
  private signal: AbortSignal;

  constructor(private readonly options: PollerOptions) {
    this.signal = options.signal;
  }

  async run(): Promise<void> {
    const { leases, signal, log } = this.options;
    while (!signal.aborted) {
      const lease = await this.acquireLease();
      if (!lease) return;
      const lost = leases.lost(lease);
      this.signal = AbortSignal.any([signal, lost]);
      try {
        await this.pollUnder(lease);
        if (!lost.aborted) return;
      } catch (error) {
        if (!(error instanceof LeaseLostError)) throw error;
      } finally {
        this.options.watch.failed();
        await leases.release(lease).catch(() => undefined);
        this.signal = signal;
      }
      log.warn({}, 'another process polls this bot by now');
    }
  }

  private async pollUnder(lease: Lease): Promise<void> {
    const { host, intakeFor } = this.options;
    const me = await this.identify();
    if (!me) return;
    host.state('connected');
    const { leases } = this.options;
    await this.poll(
      intakeFor(me, {
        ...host,
        receive: (update) => host.receive(update, lease),
        happened: async (happening) => {
          leases.check(lease);
          await host.happened(happening);
        },
      }),
    );
  }

  /** Waits until no other process polls this bot; undefined when stopped meanwhile. */
  private async acquireLease(): Promise<Lease | undefined> {
    const { leases, botId, host, signal, watch } = this.options;
    const lease = await leases.wait(`poller:telegram:${botId}`, signal, () => {
      watch.isElsewhere = true;
      host.state('reconnecting', 'another process of this installation polls the bot');
    });
    watch.isElsewhere = false;
    return lease;
  }

  private async identify(): Promise<UserFromGetMe | undefined> {
    const { bot } = this.options;
    const { signal } = this;
    const me = await this.persist('getMe', (attemptSignal) =>
      telegramCall<UserFromGetMe>(bot.telegram, 'getMe', {}, attemptSignal),
    );
    if (me && !signal.aborted) bot.botInfo = me;
    return me;
  }

  /** Updates go to an address that the account had before; here they are polled. */
  private async endWebhook(): Promise<void> {
    const { bot, log } = this.options;
    const { signal } = this;
    await telegramCall(bot.telegram, 'deleteWebhook', {}, signal).catch((error: unknown) =>
      log.warn({}, `the webhook was not removed: ${apiErrorText(error)}`),
    );
  }

  private async poll(intake: TelegramIntake): Promise<void> {
    const { bot, host, watch } = this.options;
    const { signal } = this;
    bot.context.intake = intake;
    host.again(({ raw }) => bot.handleUpdate(raw as Update));
    let offset: number | undefined;
    while (!signal.aborted) {
      // After a failure the first poll returns at once, so that people see soon that all is well again.
      const updates = await this.persist('getUpdates', (attemptSignal, attempt) => {
        watch.asks();
        return telegramCall<Update[]>(
          bot.telegram,
          'getUpdates',
          {
            timeout: attempt === 0 ? POLL_SECONDS : 0,
            limit: BATCH,
            allowed_updates: UPDATE_KINDS,
            ...(offset === undefined ? {} : { offset }),
          },
          attemptSignal,
        );
      });
      if (!updates) return;
      host.alive();
      if (updates.length === 0) {
        watch.answered(true);
        // All before it are confirmed. Without it the next ones are told whatever their numbers, which begin anew
        // somewhere else after a week of silence.
        offset = undefined;
        continue;
      }
      await this.handle(updates);
      watch.answered(updates.length < BATCH);
      offset = Math.max(...updates.map((update) => update.update_id)) + 1;
    }
  }

  /** Each chat in order, chats side by side. Rejects when any update could not be stored. */
  private async handle(updates: readonly Update[]): Promise<void> {
    const chats = new Map<string, Promise<void>>();
    for (const update of updates) {
      const key = chatOf(update);
      const before = chats.get(key) ?? Promise.resolve();
      chats.set(
        key,
        before.then(() => this.take(update)),
      );
    }
    const results = await Promise.allSettled(chats.values());
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** One that can't be handled is kept and confirmed; while nothing can be stored the poll waits. */
  private take(update: Update): Promise<void> {
    const { bot, host } = this.options;
    const raw = { id: String(update.update_id), raw: update };
    return host.take(raw, () => bot.handleUpdate(update), this.signal);
  }

  /**
   * Repeats a call until it works. Bad credentials end the account; a second poller, limits and outages are waited out.
   * Returns undefined when stopped.
   */
  private async persist<T>(
    method: string,
    call: (signal: AbortSignal, attempt: number) => Promise<T>,
  ): Promise<T | undefined> {
    const { host, log } = this.options;
    const { signal } = this;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const result = await call(signal, attempt);
        if (attempt > 0) host.state('connected');
        return result;
      } catch (error) {
        this.options.watch.failed();
        if (signal.aborted) return undefined;
        const code = apiErrorCode(error);
        if (code === 401 || code === 404) {
          throw new ChannelFatalError(
            'TELEGRAM_UNAUTHORIZED',
            `Telegram refuses the bot token (${code}: ${apiErrorText(error)}); set channels.telegram.botToken to the one @BotFather gave`,
            error,
          );
        }
        if (code === 409 && /webhook is active/i.test(apiErrorText(error))) await this.endWebhook();
        const delay = retryAfterMs(error) ?? backoffDelay(POLL_BACKOFF, attempt);
        const reason = code === 409 ? 'another program polls this bot (409)' : `${method}: ${apiErrorText(error)}`;
        host.state('reconnecting', reason);
        log.warn({ method, attempt, waitMs: delay, ...(code === undefined ? {} : { code }) }, messageOf(error));
        await sleep(delay, signal);
      }
    }
    return undefined;
  }
}

/** Updates about one chat, or one poll, are taken in order; those about neither, each by itself. */
export function chatOf(update: Update): string {
  const parts = Object.values(update).filter((value): value is object => typeof value === 'object' && value !== null);
  for (const part of parts) {
    const { chat, message } = part as {
      chat?: { id?: number } | null;
      message?: { chat?: { id?: number } | null } | null;
    };
    const id = chat?.id ?? message?.chat?.id;
    if (id !== undefined) return String(id);
  }
  const { poll, poll_answer: vote } = update as ReceivedUpdate;
  const pollId = vote?.poll_id ?? poll?.id;
  if (pollId !== undefined) return `poll:${pollId}`;
  return String(update.update_id);
}
