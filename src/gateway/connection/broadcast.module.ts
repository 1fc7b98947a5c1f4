import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { BootStep } from '../../common/boot-step';
import { EventsModule } from '../../events/events.module';
import { Broadcaster } from './broadcaster';
import { ConnectionRegistry } from './connection-registry';

/** Carries events of the process to connected clients, until the very end: a draining run still tells its clients. */
@BootStep({ visible: { name: 'agent-event handler', onFailure: 'fatal' } })
@Module({
  imports: [EventsModule],
  providers: [Broadcaster, ConnectionRegistry],
  exports: [Broadcaster, ConnectionRegistry],
})
export class BroadcastModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(private readonly broadcaster: Broadcaster) {}

  onApplicationBootstrap(): void {
    this.broadcaster.start();
  }

  onApplicationShutdown(): void {
    this.broadcaster.stop();
  }
}
