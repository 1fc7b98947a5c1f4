import { Module, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { BootStep } from '../common/boot-step';
import type { OutboundFile } from '../common/chat-media';
import { ChannelDirectory } from '../events/channel-directory';
import { EventBus } from '../events/event-bus';
import { EventsModule } from '../events/events.module';
import { OutboundDesk, type OutboundTexts } from '../events/outbound-desk';
import type { Schema } from '../storage/schema';
import { StorageModule } from '../storage/storage.module';
import { ToolsModule } from '../tools/tools.module';
import { WorkspaceModule } from '../workspace/workspace.module';
import { OutboxDispatcher } from './outbox-dispatcher.service';
import { type OutboxPayload, OutboxStore } from './outbox.store';
import { SendRpc } from './send.rpc';
import { StreamPreviewService } from './stream-preview.service';

const FLUSH_MS = 1000;

@BootStep({
  ready: { name: 'outbox', onFailure: 'fatal' },
  visible: { name: 'deliveries', onFailure: 'fatal' },
})
@Module({
  imports: [EventsModule, StorageModule, ToolsModule, WorkspaceModule],
  providers: [OutboxDispatcher, OutboxStore, SendRpc, StreamPreviewService],
  exports: [OutboxStore],
})
export class OutboxModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly store: OutboxStore,
    private readonly dispatcher: OutboxDispatcher,
    private readonly preview: StreamPreviewService,
    private readonly desk: OutboundDesk,
    private readonly directory: ChannelDirectory,
    private readonly events: EventBus,
  ) {}

  async onModuleInit(): Promise<void> {
    this.desk.open((transaction, outbound) => this.enqueue(transaction, outbound));
    await this.store.markInterrupted();
  }

  onApplicationBootstrap(): void {
    this.preview.start();
    this.events.on('outbox.queued', ({ channel, account }) => this.dispatcher.wake(channel, account));
    this.events.on('gateway.ready', async () => {
      for (const { channel, account } of await this.store.accountsWithOpen()) {
        await this.dispatcher.wake(channel, account);
      }
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.preview.stop();
    await this.dispatcher.stop(FLUSH_MS);
  }

  private async enqueue(transaction: Transaction<Schema>, outbound: OutboundTexts): Promise<() => void> {
    const { route } = outbound;
    const channel = this.directory.find(route.channel);
    const texts = outbound.texts.flatMap((text) => channel?.adapter.chunk(route.account, text) ?? [text]);
    const quote = outbound.replyTo === undefined || outbound.replyTo === 'current' ? route.replyToId : outbound.replyTo;
    const parts = partsOf(texts, outbound.files ?? [], channel?.declaration.capabilities.files?.captionChars ?? 0);
    const payloads = parts.map((part, index): OutboxPayload => ({
      ...part,
      ...(index === 0 && quote ? { replyToId: quote } : {}),
      ...(index === parts.length - 1 && outbound.buttons ? { buttons: outbound.buttons } : {}),
      ...(outbound.silent ? { silent: true } : {}),
    }));
    if (payloads.length === 0) await this.store.dropPreviewIn(transaction, outbound.runId);
    else await this.store.enqueueIn(transaction, outbound.runId, route, payloads);
    return () => this.events.emit('outbox.queued', { channel: route.channel, account: route.account });
  }
}

/** Texts, then files; one text that fits is the caption of the first file. */
function partsOf(
  texts: readonly string[],
  files: readonly OutboundFile[],
  captionChars: number,
): Pick<OutboxPayload, 'text' | 'file'>[] {
  const [only = '', ...more] = texts;
  const [first, ...rest] = files;
  if (first && more.length === 0 && only.length <= captionChars)
    return [{ text: only, file: first }, ...rest.map((file) => ({ text: '', file }))];
  return [...texts.map((text) => ({ text })), ...files.map((file) => ({ text: '', file }))];
}
