import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { getBotToken } from 'nestjs-telegraf';
import type { Telegraf } from 'telegraf';
import { ChannelFatalError } from '../channel-adapter';
import type { TelegramContext } from './telegram-context';

/** The bots that nestjs-telegraf has made, by account. */
@Injectable()
export class TelegramBots {
  private readonly prepared = new Set<Telegraf<TelegramContext>>();

  constructor(private readonly modules: ModuleRef) {}

  get(accountId: string): Telegraf<TelegramContext> {
    let bot: Telegraf<TelegramContext>;
    try {
      bot = this.modules.get<Telegraf<TelegramContext>>(getBotToken(accountId), { strict: false });
    } catch (cause) {
      throw new ChannelFatalError(
        'TELEGRAM_ACCOUNT',
        `Telegram account "${accountId}" was added after the start; restart the gateway to use it`,
        cause,
      );
    }
    if (!this.prepared.has(bot)) this.prepare(bot);
    return bot;
  }

  /** The module logs and swallows handler errors and stops bots that never ran; both would hurt here. */
  private prepare(bot: Telegraf<TelegramContext>): void {
    bot.catch((error) => {
      throw error;
    });
    bot.stop = () => undefined;
    this.prepared.add(bot);
  }
}
