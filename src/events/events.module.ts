import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ChannelDirectory } from './channel-directory';
import { EventBus } from './event-bus';
import { HttpDoor } from './http-door';
import { OutboundDesk } from './outbound-desk';

@Module({
  imports: [DiscoveryModule],
  providers: [ChannelDirectory, EventBus, HttpDoor, OutboundDesk],
  exports: [ChannelDirectory, EventBus, HttpDoor, OutboundDesk],
})
export class EventsModule {}
