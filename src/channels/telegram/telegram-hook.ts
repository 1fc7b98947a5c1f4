import { createHash } from 'node:crypto';
import type { Telegraf } from 'telegraf';
import type { Update, UserFromGetMe } from 'telegraf/types';
import { secretsEqual } from '../../common/secrets-equal';
import { ChannelFatalError, type ChannelHost } from '../channel-adapter';
import type { TelegramAccount } from './telegram-accounts';
import { telegramCall } from './telegram-call';
import type { TelegramContext, TelegramIntake } from './telegram-context';
import { apiErrorCode, apiErrorText } from './telegram-errors';
import { chatOf } from './telegram-poller';
import { UPDATE_KINDS } from './telegram-update';

export const DEFAULT_HOOK_PATH = '/telegram-webhook';
const CALL_MS = 30_000;

/** Where Telegram posts to. */
export const hookPathOf = ({ settings }: TelegramAccount): string =>
  `/${(settings.webhookPath ?? DEFAULT_HOOK_PATH).replace(/^\/+/, '')}`;

/** What Telegram proves itself with; made from the token where none is set, so that it is never blank. */
export const hookSecretOf = ({ settings, token }: TelegramAccount): string =>
  settings.webhookSecret ??
  createHash('sha256')
    .update(`webhook:${token ?? ''}`)
    .digest('hex');

export interface HookOptions {
  account: TelegramAccount;
  bot: Telegraf<TelegramContext>;
  host: ChannelHost;
  signal: AbortSignal;
  intakeFor(me: UserFromGetMe, host: ChannelHost): TelegramIntake;
}

/** Updates that Telegram posts to the gateway; each is confirmed after its commit, and a refused one comes again. */
export class TelegramHook {
  private readonly chats = new Map<string, Promise<void>>();

  constructor(private readonly options: HookOptions) {}

  /** Tells Telegram the address. @throws ChannelFatalError for a bad token or address */
  async open(): Promise<void> {
    const { account, bot, host, signal } = this.options;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]);
    try {
      const me = await telegramCall<UserFromGetMe>(bot.telegram, 'getMe', {}, limit);
      bot.botInfo = me;
      bot.context.intake = this.options.intakeFor(me, host);
      host.again(({ raw }) => bot.handleUpdate(raw as Update));
      await telegramCall(
        bot.telegram,
        'setWebhook',
        { url: account.settings.webhookUrl, secret_token: hookSecretOf(account), allowed_updates: UPDATE_KINDS },
        limit,
      );
    } catch (error) {
      const code = apiErrorCode(error);
      if (code !== 400 && code !== 401 && code !== 404) throw error;
      throw new ChannelFatalError(
        'TELEGRAM_WEBHOOK',
        `Telegram refuses the webhook (${code}: ${apiErrorText(error)}); look at ${account.at}.webhookUrl and ${account.at}.botToken`,
        error,
      );
    }
    host.state('connected');
  }

  isFrom(secret: string | undefined): boolean {
    return secretsEqual(secret ?? '', hookSecretOf(this.options.account));
  }

  /** Resolves when the update is on disk; those of one chat in the order in which they came. */
  async take(update: Update): Promise<void> {
    this.options.host.alive();
    const chat = chatOf(update);
    const before = this.chats.get(chat) ?? Promise.resolve();
    const { bot, host } = this.options;
    const raw = { id: String(update.update_id), raw: update };
    const work = before.catch(() => undefined).then(() => host.take(raw, () => bot.handleUpdate(update)));
    this.chats.set(chat, work);
    try {
      await work;
    } finally {
      if (this.chats.get(chat) === work) this.chats.delete(chat);
    }
  }
}
