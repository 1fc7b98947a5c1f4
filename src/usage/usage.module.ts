import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { SessionsModule } from '../sessions/sessions.module';
import { StorageModule } from '../storage/storage.module';
import { ProviderLimits } from './provider-limits.service';
import { ConversationLog } from './report/conversation-log.service';
import { SaidMessages } from './report/said-messages.service';
import { UsageReport } from './report/usage-report.service';
import { UsageRpc } from './usage.rpc';
import { UsageService } from './usage.service';
import { UsageStore } from './usage.store';

/** What model calls cost, and how much they may. */
@Module({
  imports: [EventsModule, SessionsModule, StorageModule],
  providers: [ConversationLog, ProviderLimits, SaidMessages, UsageReport, UsageRpc, UsageService, UsageStore],
  exports: [ProviderLimits, UsageService, UsageStore],
})
export class UsageModule {}
