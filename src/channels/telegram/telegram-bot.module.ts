import { Module } from '@nestjs/common';
import { TelegramUpdates } from './telegram-updates';

/** What a running bot consists of beside nestjs-telegraf's own module. */
@Module({ providers: [TelegramUpdates] })
export class TelegramBotModule {}
