import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { BootstrapDesk } from './bootstrap-desk';
import { ChannelDirectory } from './channel-directory';
import { EventBus } from './event-bus';
import { HttpDoor } from './http-door';
import { OutboundDesk } from './outbound-desk';
import { ThreadDesk } from './thread-desk';
import { UpdateAgain } from './update-again';
import { UpdateDesk } from './update-desk';
import { WebhookDesk } from './webhook-desk';

@Module({
  imports: [DiscoveryModule],
  providers: [
    BootstrapDesk,
    ChannelDirectory,
    EventBus,
    HttpDoor,
    OutboundDesk,
    ThreadDesk,
    UpdateAgain,
    UpdateDesk,
    WebhookDesk,
  ],
  exports: [
    BootstrapDesk,
    ChannelDirectory,
    EventBus,
    HttpDoor,
    OutboundDesk,
    ThreadDesk,
    UpdateAgain,
    UpdateDesk,
    WebhookDesk,
  ],
})
export class EventsModule {}
