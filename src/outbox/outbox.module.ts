import { Module, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { BootStep } from '../common/boot-step';
import type { OutboundFile } from '../common/chat-media';
import { ChannelDirectory } from '../events/channel-directory';
import { EventBus } from '../events/event-bus';
import { EventsModule } from '../events/events.module';
import { type DeliveryOutcome, OutboundPort, type OutboundTexts } from '../events/outbound-port';
import type { Schema } from '../storage/schema';
import { InboxModule } from '../inbox/inbox.module';
import { StorageModule } from '../storage/storage.module';
import { ToolsModule } from '../tools/tools.module';
import { WorkspaceModule } from '../workspace/workspace.module';
import { ClosedMessages } from './closed-messages.service';
import { DeadLetterStore } from './dead-letter.store';
import { DeadLettersRpc } from './dead-letters.rpc';
import { OutboxDispatcher } from './outbox-dispatcher.service';
import { BlockStream } from './block-stream.service';
import { ChatLines } from './chat-lines';
import { DeliveryService } from './delivery.service';
import { DeliveryStore } from './delivery.store';
import { DeliveryWatch, hasFailed } from './delivery-watch';
import type { OutboxPart, OutboxPayload } from './outbox-part';
import { OutboxStore } from './outbox.store';
import { PlaceLeases } from './place-leases';
import { Places } from './places';
import { PlatformCalls } from './platform-calls';
import { PreviewStore } from './preview.store';
import { SentSearchService } from './sent-search.service';
import { SendRpc } from './send.rpc';
import { StreamPreviewService } from './stream-preview.service';

const FLUSH_MS = 1000;

@BootStep({
  ready: { name: 'outbox', onFailure: 'fatal' },
  visible: { name: 'deliveries', onFailure: 'fatal' },
})
@Module({
  imports: [EventsModule, InboxModule, StorageModule, ToolsModule, WorkspaceModule],
  providers: [
    BlockStream,
    ChatLines,
    ClosedMessages,
    DeadLetterStore,
    DeadLettersRpc,
    DeliveryService,
    DeliveryStore,
    DeliveryWatch,
    OutboxDispatcher,
    OutboxStore,
    Places,
    PlaceLeases,
    PlatformCalls,
    PreviewStore,
    SendRpc,
    SentSearchService,
    StreamPreviewService,
  ],
})
export class OutboxModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly store: OutboxStore,
    private readonly previewStore: PreviewStore,
    private readonly deliveries: DeliveryStore,
    private readonly watch: DeliveryWatch,
    private readonly closed: ClosedMessages,
    private readonly dispatcher: OutboxDispatcher,
    private readonly preview: StreamPreviewService,
    private readonly blocks: BlockStream,
    private readonly outboundPort: OutboundPort,
    private readonly sends: SendRpc,
    private readonly directory: ChannelDirectory,
    private readonly events: EventBus,
  ) {}

  async onModuleInit(): Promise<void> {
    this.outboundPort.open({
      enqueueIn: (transaction, outbound) => this.enqueue(transaction, outbound),
      settle: (runId) => this.blocks.settle(runId),
      noteSent: (route, platformId, what) => this.store.noteSent(route, platformId, what),
      outcome: (runId, withinMs, signal) => this.outcome(runId, withinMs, signal),
      lastSentTo: (route) => this.deliveries.lastSentTo(route),
      close: (runId, reword) => this.closed.close(runId, reword),
      runsThatSent: (route, platformId) => this.deliveries.runsThatSent(route, platformId),
      send: (message, context) => this.sends.send(message, context),
    });
    await this.deliveries.markInterrupted();
  }

  onApplicationBootstrap(): void {
    this.preview.start();
    this.blocks.start();
    this.events.on('outbox.queued', ({ channel, account }) => this.dispatcher.wake(channel, account));
    this.events.on('gateway.ready', () => this.wakeAll());
    this.events.on('replicas.look', async () => {
      if (await this.deliveries.hasSending()) await this.deliveries.markInterrupted();
      await this.wakeAll();
    });
  }

  private async wakeAll(): Promise<void> {
    for (const { channel, account } of await this.deliveries.accountsWithOpen())
      await this.dispatcher.wake(channel, account);
  }

  async onModuleDestroy(): Promise<void> {
    this.preview.stop();
    this.blocks.stop();
    await this.dispatcher.stop(FLUSH_MS);
  }

  private async outcome(runId: string, withinMs: number, signal: AbortSignal): Promise<DeliveryOutcome> {
    const parts = await this.watch.settled(runId, withinMs, signal);
    const failed = parts.find(hasFailed);
    if (failed) return { state: 'failed', reason: failed.error ?? 'unknown reason' };
    if (!parts.every(({ state }) => state === 'sent')) return { state: 'waits' };
    return { state: 'sent', messageIds: parts.flatMap(({ platformId }) => platformId ?? []) };
  }

  private async enqueue(transaction: Transaction<Schema>, outbound: OutboundTexts): Promise<() => void> {
    const { route } = outbound;
    const channel = this.directory.find(route.channel);
    const texts = outbound.texts.flatMap((text) => channel?.adapter.chunk(route.account, text) ?? [text]);
    const quote = outbound.replyTo === undefined || outbound.replyTo === 'current' ? route.replyToId : outbound.replyTo;
    const { poll } = outbound;
    const mayHaveBlocks = channel?.adapter.blockWishes !== undefined;
    const blocks = mayHaveBlocks ? await this.store.blocksIn(transaction, outbound.runId) : [];
    const hasPreview = await this.previewStore.isShownIn(transaction, outbound.runId);
    // A text that people see already becomes no caption.
    const captionChars =
      blocks.length > 0 || hasPreview ? undefined : channel?.declaration.capabilities.files?.captionChars;
    const parts = poll ? [{ text: poll.question, poll }] : partsOf(texts, outbound.files ?? [], captionChars);
    const payloads = parts.map((part, index): OutboxPayload => ({
      ...part,
      ...(index === 0 && quote ? { replyToId: quote } : {}),
      ...(index === parts.length - 1 && outbound.buttons ? { buttons: outbound.buttons } : {}),
      ...(outbound.silent ? { silent: true } : {}),
    }));
    const isLeft = texts.length === 0 && !poll;
    if (blocks.length > 0) await this.afterBlocks(transaction, outbound, payloads, blocks);
    else if (isLeft && (hasPreview || payloads.length === 0)) {
      await this.previewStore.dropIn(transaction, outbound.runId);
      await this.store.appendIn(transaction, outbound.runId, route, payloads);
    } else await this.store.enqueueIn(transaction, outbound.runId, route, payloads);
    return () => this.events.emit('outbox.queued', { channel: route.channel, account: route.account });
  }

  /**
   * The rest of an answer that was told in blocks. Where the turn was cut off and said something else the second time,
   * the messages that are there get the new text, or it follows as a whole.
   */
  private async afterBlocks(
    transaction: Transaction<Schema>,
    { runId, route, texts }: OutboundTexts,
    payloads: readonly OutboxPayload[],
    blocks: readonly OutboxPart[],
  ): Promise<void> {
    const adapter = this.directory.find(route.channel)?.adapter;
    const told = blocks.map(({ payload }) => payload.block ?? '').join('');
    const whole = texts.join('\n\n');
    if (whole.startsWith(told.trimEnd())) {
      const rest = whole.slice(told.length);
      const pieces = adapter?.chunk(route.account, rest) ?? (rest.trim() === '' ? [] : [rest]);
      const extras = payloads.filter(({ file }) => file !== undefined);
      return this.store.appendIn(transaction, runId, route, [...pieces.map((text) => ({ text })), ...extras]);
    }
    const canRevise = adapter?.edit !== undefined && blocks.every(({ state }) => state === 'sent');
    if (!canRevise) return this.store.appendIn(transaction, runId, route, payloads);
    for (const [index, block] of blocks.entries()) {
      const payload = payloads[index];
      if (payload && payload.text !== block.payload.text) await this.store.reviseIn(transaction, block.id, payload);
    }
    return this.store.appendIn(transaction, runId, route, payloads.slice(blocks.length));
  }
}

/**
 * Texts, then files; one text that fits is the caption of the first file.
 * @param captionChars undefined: no text is one
 */
function partsOf(
  texts: readonly string[],
  files: readonly OutboundFile[],
  captionChars: number | undefined,
): Pick<OutboxPayload, 'text' | 'file'>[] {
  const [only = '', ...more] = texts;
  const [first, ...rest] = files;
  if (first && captionChars !== undefined && more.length === 0 && only.length <= captionChars)
    return [{ text: only, file: first }, ...rest.map((file) => ({ text: '', file }))];
  return [...texts.map((text) => ({ text })), ...files.map((file) => ({ text: '', file }))];
}
