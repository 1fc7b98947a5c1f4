import { Module, type OnModuleDestroy } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { StorageModule } from '../storage/storage.module';
import { InboxService } from './inbox.service';
import { InboxStore } from './inbox.store';
import { IntakeLine } from './intake-line';

@Module({
  imports: [EventsModule, StorageModule],
  providers: [InboxService, InboxStore, IntakeLine],
  exports: [InboxService, InboxStore, IntakeLine],
})
export class InboxModule implements OnModuleDestroy {
  constructor(private readonly inbox: InboxService) {}

  onModuleDestroy(): void {
    this.inbox.stop();
  }
}
