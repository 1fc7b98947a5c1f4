import { Injectable } from '@nestjs/common';
import type { OutboundMessage, RegisteredChannel } from '../channels/channel-adapter';
import type { DeliveryRoute } from '../common/delivery-route';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { ConfigService } from '../config/config.service';
import type { OpenclawConfig } from '../config/openclaw.config';
import type { TypingMode } from '../sessions/session.config';
import { ChannelDirectory } from '../events/channel-directory';
import { EventBus } from '../events/event-bus';
import { untilStored } from '../storage/until-stored';
import { BlockStream } from './block-stream.service';
import { ChatLines } from './chat-lines';
import { type HeldPlace, PlaceLeases } from './place-leases';
import { Places, placeKey } from './places';
import { asSendError, mayHaveArrived } from './platform-calls';
import { PreviewStore } from './preview.store';

/** What is answered at once needs no sign that somebody writes; platforms count it like a message. */
const TYPING_AFTER_MS = 400;
const TYPING_INTERVAL_SECONDS = 6;
const MAX_TYPING_MS = 120_000;

interface Preview {
  route: DeliveryRoute;
  channel: RegisteredChannel;
  intervalMs: number;
  /** Newest text, and the one that is shown. */
  text: string;
  shown: string;
  platformId?: string;
  busy: boolean;
  timer?: NodeJS.Timeout;
}

/** Sections of the configuration that say when a chat is told; what is said of conversations comes first. */
function typingOf({ session, agents }: OpenclawConfig): { mode: TypingMode; intervalMs: number } {
  const { typingMode = agents?.defaults?.typingMode ?? 'instant' } = session ?? {};
  const seconds = session?.typingIntervalSeconds ?? agents?.defaults?.typingIntervalSeconds ?? TYPING_INTERVAL_SECONDS;
  return { mode: typingMode, intervalMs: seconds * 1000 };
}

/**
 * Shows an answer while it is written: one message that is edited in place, at most as often as the channel allows.
 * The message is the first part of the answer in the outbox, so it is never sent a second time.
 */
@Injectable()
export class StreamPreviewService {
  private readonly log: Logger;
  private readonly previews = new Map<string, Preview>();
  /** Calls to the platform that have not come back, by run. */
  private readonly inFlight = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();
  private readonly typing = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly store: PreviewStore,
    private readonly places: Places,
    private readonly lines: ChatLines,
    private readonly leases: PlaceLeases,
    private readonly directory: ChannelDirectory,
    private readonly events: EventBus,
    private readonly blocks: BlockStream,
    private readonly config: ConfigService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('outbox/stream');
  }

  start(): void {
    this.events.on('turn.started', ({ runId, route }) => route && this.showTyping(runId, route, 'start'));
    this.events.on('turn.text', ({ runId, route, text }) => {
      if (!route) return;
      this.showTyping(runId, route, 'words');
      this.update(runId, route, text);
    });
    this.events.on('turn.closed', ({ runId }) => this.end(runId));
  }

  stop(): void {
    this.stopping.abort();
    for (const runId of [...this.previews.keys(), ...this.typing.keys()]) this.end(runId);
  }

  /** Resolves when no preview of a run is on its way: a late one would overwrite the final text. */
  async settled(runId: string): Promise<void> {
    await this.inFlight.get(runId);
  }

  /** @param moment at which the chat may begin to be told */
  private showTyping(runId: string, route: DeliveryRoute, moment: 'start' | 'words'): void {
    const { mode, intervalMs } = typingOf(this.config.config);
    if (mode === 'never' || (mode === 'message') !== (moment === 'words')) return;
    const channel = this.directory.find(route.channel);
    if (!channel?.declaration.capabilities.typing || !channel.adapter.typing || this.typing.has(runId)) return;
    const until = performance.now() + MAX_TYPING_MS;
    const show = (): void => {
      if (performance.now() > until) {
        this.stopTyping(runId);
        return;
      }
      this.typing.set(runId, setTimeout(show, intervalMs).unref());
      channel.adapter
        .typing?.(route.account, route)
        .catch((error: unknown) => this.log.debug({ error: messageOf(error) }, 'typing not shown'));
    };
    this.typing.set(runId, setTimeout(show, TYPING_AFTER_MS).unref());
  }

  private update(runId: string, route: DeliveryRoute, text: string): void {
    let preview = this.previews.get(runId);
    if (!preview) {
      const channel = this.directory.find(route.channel);
      const intervalMs = channel?.declaration.capabilities.edits
        ? channel.adapter.streamInterval?.(route.account)
        : undefined;
      if (!channel || intervalMs === undefined || this.blocks.rulesFor(route)) return;
      preview = { route, channel, intervalMs, text, shown: '', busy: false };
      this.previews.set(runId, preview);
    }
    preview.text = text;
    if (!preview.timer && !preview.busy) this.schedule(runId, preview);
  }

  /** The first text is shown only after one interval: an answer that comes at once needs no preview. */
  private schedule(runId: string, preview: Preview): void {
    preview.timer = setTimeout(() => {
      delete preview.timer;
      preview.busy = true;
      const shown = this.show(runId, preview);
      this.inFlight.set(runId, shown);
      void shown.finally(() => {
        this.inFlight.delete(runId);
        preview.busy = false;
        if (this.previews.get(runId) === preview && preview.text !== preview.shown) this.schedule(runId, preview);
      });
    }, preview.intervalMs).unref();
  }

  private async show(runId: string, preview: Preview): Promise<void> {
    const { route, channel } = preview;
    const [text = '', ...more] = channel.adapter.chunk(route.account, preview.text);
    if (text === '' || text === preview.shown || more.length > 0) return;
    const message = { account: route.account, route, text, ...(route.replyToId ? { replyToId: route.replyToId } : {}) };
    try {
      if (preview.platformId !== undefined) {
        // Who was overtaken must not write half an answer over the whole one.
        if (this.leases.isShared && !(await this.store.isStreaming(runId))) return this.drop(runId);
        await channel.adapter.edit?.(message, preview.platformId);
      } else if (!(await this.begin(runId, preview, message))) return;
      preview.shown = text;
    } catch (error) {
      this.log.debug({ run: runId, error: messageOf(error) }, 'preview not shown');
      this.drop(runId);
    }
  }

  /** Sends the message that grows from now on; not while anything else goes to the chat. Returns whether it was sent. */
  private async begin(runId: string, preview: Preview, message: OutboundMessage): Promise<boolean> {
    const { route } = preview;
    const place = await this.places.find(route);
    const key = placeKey(route, place);
    const free = this.lines.tryTake(key);
    if (!free) return false;
    try {
      const begun = await this.leases.during(key, place, this.stopping.signal, (held) =>
        this.beginIn(runId, preview, message, held),
      );
      return begun === true;
    } finally {
      free();
    }
  }

  private async beginIn(runId: string, preview: Preview, message: OutboundMessage, held: HeldPlace): Promise<boolean> {
    const { route, channel } = preview;
    const { place, under } = held;
    if (await this.store.hasOpen(route, place)) return false;
    const mark = await channel.adapter.sendMark?.(message);
    const deliveryId = await this.store.begin(runId, route, place, message.text, mark, under);
    if (deliveryId === undefined) {
      this.drop(runId);
      return false;
    }
    const again = { log: this.log, what: 'what became of a message' };
    try {
      held.check();
      preview.platformId = await channel.adapter.send({ ...message, deliveryId });
    } catch (error) {
      const canBeFound = mark !== undefined && channel.adapter.findSent !== undefined;
      const isAbsent = !mayHaveArrived(asSendError(error), canBeFound);
      await untilStored(() => this.store.end(deliveryId, null, isAbsent, under), again);
      throw error;
    } finally {
      const { platformId } = preview;
      if (platformId !== undefined)
        await untilStored(() => this.store.end(deliveryId, platformId, false, under), again);
      // The final text may have come while the preview was on its way.
      this.events.emit('outbox.queued', { channel: route.channel, account: route.account });
    }
    return true;
  }

  private end(runId: string): void {
    this.stopTyping(runId);
    this.drop(runId);
  }

  private drop(runId: string): void {
    clearTimeout(this.previews.get(runId)?.timer);
    this.previews.delete(runId);
  }

  private stopTyping(runId: string): void {
    clearTimeout(this.typing.get(runId));
    this.typing.delete(runId);
  }
}
