import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { BootstrapFilesPort } from './bootstrap-files-port';
import { ChannelDirectory } from './channel-directory';
import { EventBus } from './event-bus';
import { EventLoopLoad } from './event-loop-load';
import { HttpAuthPort } from './http-auth-port';
import { HttpFallbackPort } from './http-fallback-port';
import { OutboundPort } from './outbound-port';
import { StatusParts } from './status-parts';
import { ThreadHistoryPort } from './thread-history-port';
import { ToolCallPort } from './tool-call-port';
import { UpdateAgain } from './update-again';
import { UpdatePort } from './update-port';
import { WebhookPort } from './webhook-port';

@Module({
  imports: [DiscoveryModule],
  providers: [
    BootstrapFilesPort,
    ChannelDirectory,
    EventBus,
    EventLoopLoad,
    HttpAuthPort,
    HttpFallbackPort,
    OutboundPort,
    StatusParts,
    ThreadHistoryPort,
    ToolCallPort,
    UpdateAgain,
    UpdatePort,
    WebhookPort,
  ],
  exports: [
    BootstrapFilesPort,
    ChannelDirectory,
    EventBus,
    EventLoopLoad,
    HttpAuthPort,
    HttpFallbackPort,
    OutboundPort,
    StatusParts,
    ThreadHistoryPort,
    ToolCallPort,
    UpdateAgain,
    UpdatePort,
    WebhookPort,
  ],
})
export class EventsModule {}
