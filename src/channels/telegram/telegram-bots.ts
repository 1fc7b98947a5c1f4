import { Agent, type AgentOptions } from 'node:https';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TelegrafModule, getBotToken } from 'nestjs-telegraf';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { Telegraf, type Telegram } from 'telegraf';
import type { TelegramAccount } from './telegram-accounts';
import type { TelegramContext } from './telegram-context';
import { TelegramBotModule } from './telegram-bot.module';

const HANDLER_TIMEOUT_MS = 60_000;
const BOT = 'account';

/** A bot that takes updates, in an application context of its own: made when its account starts, gone when it stops. */
export interface RunningBot {
  bot: Telegraf<TelegramContext>;
  close(): Promise<void>;
}

/** Bots by account: one client for calls, and nestjs-telegraf's bot for the updates of a running account. */
export class TelegramBots {
  private readonly clients = new Map<string, { key: string; telegram: Telegram }>();

  /** Client for calls; a new one when the token or the server has changed. */
  client(account: TelegramAccount): Telegram {
    const key = JSON.stringify([
      account.token,
      account.settings.apiRoot,
      account.settings.proxy,
      account.settings.network,
    ]);
    const known = this.clients.get(account.id);
    if (known?.key === key) return known.telegram;
    const telegram = clientOf(account);
    this.clients.set(account.id, { key, telegram });
    return telegram;
  }

  async open(account: TelegramAccount): Promise<RunningBot> {
    const context: INestApplicationContext = await NestFactory.createApplicationContext(
      {
        module: TelegramBotModule,
        imports: [
          TelegrafModule.forRoot({
            botName: BOT,
            token: account.token ?? '',
            launchOptions: false,
            include: [TelegramBotModule],
            options: { handlerTimeout: HANDLER_TIMEOUT_MS, telegram: clientOptions(account) },
          }),
        ],
      },
      { abortOnError: false },
    );
    const bot = context.get<Telegraf<TelegramContext>>(getBotToken(BOT), { strict: false });
    // The module logs and swallows handler errors and stops bots that never ran; both would hurt here.
    bot.catch((error) => {
      throw error;
    });
    bot.stop = () => undefined;
    return { bot, close: () => context.close() };
  }
}

/** Client for calls that nobody keeps. */
export const clientOf = (account: TelegramAccount): Telegram =>
  new Telegraf(account.token ?? '', { telegram: clientOptions(account) }).telegram;

function clientOptions({ settings }: TelegramAccount): { apiRoot?: string; agent?: Agent } {
  const { apiRoot, proxy, network } = settings;
  const agent =
    proxy !== undefined
      ? new HttpsProxyAgent(proxy)
      : network?.autoSelectFamily === undefined
        ? undefined
        : new Agent({ keepAlive: true, autoSelectFamily: network.autoSelectFamily } as AgentOptions);
  return {
    ...(apiRoot ? { apiRoot: `${apiRoot.replace(/\/+$/, '')}/` } : {}),
    ...(agent ? { agent: agent as Agent } : {}),
  };
}
