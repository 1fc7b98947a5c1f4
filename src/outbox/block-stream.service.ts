import { Injectable } from '@nestjs/common';
import type { DeliveryRoute } from '../common/delivery-route';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { ConfigService } from '../config/config.service';
import { agentOfSession } from '../sessions/session-key';
import { ChannelDirectory } from '../events/channel-directory';
import { EventBus } from '../events/event-bus';
import { type BlockRules, blockEnd } from './block-end';
import { OutboxStore } from './outbox.store';

const DEFAULTS: BlockRules = { minChars: 800, maxChars: 1200, idleMs: 1000, breakPreference: 'paragraph' };

interface Stream {
  agentId: string;
  route: DeliveryRoute;
  rules: BlockRules;
  /** Newest text, and how much of it has been told. */
  text: string;
  told: number;
  /** Blocks on their way to the disk, in order. */
  writing: Promise<void>;
  /** The end of the turn tells what is left. */
  isOver?: true;
  timer?: NodeJS.Timeout;
}

/**
 * Tells an answer in blocks while it is written, where an account wants that: each block is a part of the answer in the
 * outbox like any other, and the end of the turn adds what is left.
 */
@Injectable()
export class BlockStream {
  private readonly log: Logger;
  private readonly streams = new Map<string, Stream>();

  constructor(
    private readonly store: OutboxStore,
    private readonly directory: ChannelDirectory,
    private readonly config: ConfigService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('outbox/blocks');
  }

  start(): void {
    this.events.on(
      'turn.text',
      ({ runId, sessionKey, route, text }) => route && this.update(runId, sessionKey, route, text),
    );
    this.events.on('turn.closed', ({ runId }) => this.drop(runId));
  }

  /** Rules of an account that wants blocks; undefined where none are wanted. */
  rulesFor({ channel, account }: DeliveryRoute): BlockRules | undefined {
    const { enabled, ...own } = this.directory.find(channel)?.adapter.blockWishes?.(account) ?? { enabled: false };
    const defaults = this.config.config.agents?.defaults;
    if (!(enabled ?? defaults?.blockStreamingDefault === 'on')) return undefined;
    if (defaults?.blockStreamingBreak === 'message_end') return undefined;
    return { ...DEFAULTS, ...defaults?.blockStreamingChunk, ...defaults?.blockStreamingCoalesce, ...own };
  }

  /** No more blocks of a run; resolves when the last one is on disk. To be called before its end is written. */
  async settle(runId: string): Promise<void> {
    const stream = this.streams.get(runId);
    this.drop(runId);
    await stream?.writing;
  }

  stop(): void {
    for (const runId of [...this.streams.keys()]) this.drop(runId);
  }

  private update(runId: string, sessionKey: string, route: DeliveryRoute, text: string): void {
    let stream = this.streams.get(runId);
    if (!stream) {
      const rules = this.rulesFor(route);
      if (!rules) return;
      const agentId = agentOfSession(this.config.config, sessionKey);
      stream = { agentId, route, rules, text: '', told: 0, writing: Promise.resolve() };
      this.streams.set(runId, stream);
    }
    // A turn that was resumed may say something else than before: its end sets that right.
    if (!text.startsWith(stream.text.slice(0, stream.told))) stream.isOver = true;
    if (stream.isOver) return clearTimeout(stream.timer);
    stream.text = text;
    this.cut(runId, stream, false);
    clearTimeout(stream.timer);
    stream.timer = setTimeout(() => this.cut(runId, stream, true), stream.rules.idleMs).unref();
  }

  private cut(runId: string, stream: Stream, isAtRest: boolean): void {
    for (;;) {
      const rest = stream.text.slice(stream.told);
      const end = blockEnd(rest, stream.rules, isAtRest);
      if (end === undefined) return;
      const isFirst = stream.told === 0;
      stream.told += end;
      const block = rest.slice(0, end);
      stream.writing = stream.writing
        .then(() => this.tell(runId, stream, block, isFirst))
        .catch((error: unknown) => {
          this.log.warn({ run: runId }, `a block was not told by itself: ${messageOf(error)}`);
          stream.isOver = true;
        });
    }
  }

  private async tell(runId: string, stream: Stream, block: string, isFirst: boolean): Promise<void> {
    if (stream.isOver) return;
    const { agentId, route } = stream;
    const texts = this.directory.find(route.channel)?.adapter.chunk(route.account, block) ?? [block];
    const isTold = await this.store.appendBlock(
      runId,
      route,
      texts.map((text, index) => ({
        text,
        block: index === 0 ? block : '',
        ...(index === texts.length - 1 ? { pausedBy: agentId } : {}),
        ...(isFirst && index === 0 && route.replyToId ? { replyToId: route.replyToId } : {}),
      })),
      isFirst,
    );
    if (!isTold) stream.isOver = true;
    if (isTold) this.events.emit('outbox.queued', { channel: route.channel, account: route.account });
  }

  private drop(runId: string): void {
    clearTimeout(this.streams.get(runId)?.timer);
    this.streams.delete(runId);
  }
}
