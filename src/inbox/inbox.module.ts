import { Module, type OnModuleDestroy } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { StorageModule } from '../storage/storage.module';
import { InboxService } from './inbox.service';
import { InboxStore } from './inbox.store';
import { QuarantineStore } from './quarantine.store';
import { IntakeLine } from './intake-line';
import { TakenRows } from './taken-rows.store';

@Module({
  imports: [EventsModule, StorageModule],
  providers: [QuarantineStore, InboxService, InboxStore, IntakeLine, TakenRows],
  exports: [QuarantineStore, InboxService, InboxStore, IntakeLine, TakenRows],
})
export class InboxModule implements OnModuleDestroy {
  constructor(private readonly inbox: InboxService) {}

  onModuleDestroy(): void {
    this.inbox.stop();
  }
}
