import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ChannelDirectory } from './channel-directory';
import { EventBus } from './event-bus';
import { OutboundDesk } from './outbound-desk';

@Module({
  imports: [DiscoveryModule],
  providers: [ChannelDirectory, EventBus, OutboundDesk],
  exports: [ChannelDirectory, EventBus, OutboundDesk],
})
export class EventsModule {}
