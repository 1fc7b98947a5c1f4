import { Module } from '@nestjs/common';
import { StorageModule } from '../storage/storage.module';
import { ProviderLimits } from './provider-limits.service';
import { UsageRpc } from './usage.rpc';
import { UsageService } from './usage.service';
import { UsageStore } from './usage.store';

/** What model calls cost, and how much they may. */
@Module({
  imports: [StorageModule],
  providers: [ProviderLimits, UsageRpc, UsageService, UsageStore],
  exports: [ProviderLimits, UsageService, UsageStore],
})
export class UsageModule {}
