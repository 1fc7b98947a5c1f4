import { Injectable } from '@nestjs/common';
import { ChannelSendError, type OutboundMessage, type RegisteredChannel } from '../channels/channel-adapter';
import { type DeliveryRoute, targetKey } from '../common/delivery-route';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { Slots } from '../common/slots';
import { sleep } from '../common/sleep';
import { ChannelDirectory } from '../events/channel-directory';
import { decideDelivery } from './delivery-policy';
import { StreamPreviewService } from './stream-preview.service';
import { type OutboxPart, OutboxStore } from './outbox.store';

const SENDS_AT_ONCE = 5;
const READ_AT_ONCE = 200;
/** Pause after the database could not be asked. */
const RETRY_MS = 1000;
/** How many of the last messages an adapter is reminded of at the start. */
const REMEMBERED = 50;

interface Queue {
  parts: OutboxPart[];
  working: boolean;
}

/** Sends open parts: each chat in order, chats side by side, so that one slow chat holds up nobody else. */
@Injectable()
export class OutboxDispatcher {
  private readonly log: Logger;
  private readonly queues = new Map<string, Queue>();
  private readonly known = new Set<string>();
  private readonly slots = new Map<string, Slots>();
  private readonly reminded = new Map<string, Promise<void>>();
  /** Parts of which an earlier copy is being looked for: a failure of that says nothing about the copy. */
  private readonly searching = new Set<string>();
  /** Accounts whose open parts are being read, and whether that has to be done once more. */
  private readonly reading = new Map<string, boolean>();
  private readonly stopping = new AbortController();
  private inFlight = 0;

  constructor(
    private readonly store: OutboxStore,
    private readonly directory: ChannelDirectory,
    private readonly previews: StreamPreviewService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('outbox');
  }

  /** Reads what is open on an account and works on it. Calls while it reads make it read once more. */
  async wake(channel: string, account: string): Promise<void> {
    const key = `${channel}\n${account}`;
    const isReading = this.reading.has(key);
    this.reading.set(key, true);
    if (isReading) return;
    while (this.reading.get(key) && !this.stopping.signal.aborted) {
      this.reading.set(key, false);
      try {
        await this.remindOnce(channel, account);
        await this.readOpen(channel, account);
      } catch (error) {
        this.log.error({ channel, account, error }, `open deliveries could not be read: ${messageOf(error)}`);
        this.reading.set(key, true);
        await sleep(RETRY_MS, this.stopping.signal);
      }
    }
    this.reading.delete(key);
  }

  /** All of them, however many: those of one chat that has to wait must not hide those of others. */
  private async readOpen(channel: string, account: string): Promise<void> {
    const fresh = (await this.store.openIds(channel, account)).filter((id) => !this.known.has(id));
    for (let start = 0; start < fresh.length; start += READ_AT_ONCE)
      for (const part of await this.store.open(fresh.slice(start, start + READ_AT_ONCE))) this.enqueue(part);
  }

  /** Before the first send of this process: without knowing what is there, no search could tell messages apart. */
  private remindOnce(channel: string, account: string): Promise<void> {
    const key = `${channel}\n${account}`;
    let reminded = this.reminded.get(key);
    if (!reminded) {
      reminded = this.remind(channel, account);
      this.reminded.set(key, reminded);
      reminded.catch(() => this.reminded.delete(key));
    }
    return reminded;
  }

  /** Tells a channel what it sent before this process began. */
  private async remind(channel: string, account: string): Promise<void> {
    const adapter = this.directory.find(channel)?.adapter;
    if (!adapter?.noteSent) return;
    for (const part of await this.store.lastSent(channel, account, REMEMBERED)) {
      if (part.platformId !== null) adapter.noteSent(part.route, part.platformId);
    }
  }

  /** Lets parts in flight end; the rest stays in the store. */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    const deadline = performance.now() + graceMs;
    while (this.inFlight > 0 && performance.now() < deadline) await sleep(10);
  }

  private enqueue(part: OutboxPart): void {
    if (this.known.has(part.id)) return;
    this.known.add(part.id);
    const key = [part.route.channel, part.route.account, targetKey(part.route)].join('\n');
    let queue = this.queues.get(key);
    if (!queue) {
      queue = { parts: [], working: false };
      this.queues.set(key, queue);
    }
    queue.parts.push(part);
    if (!queue.working) void this.work(key, queue);
  }

  private async work(key: string, queue: Queue): Promise<void> {
    queue.working = true;
    while (queue.parts.length > 0 && !this.stopping.signal.aborted) {
      const part = queue.parts[0] as OutboxPart;
      try {
        await this.deliver(part);
      } catch (error) {
        this.log.error({ part: part.id, error }, `a delivery could not be recorded: ${messageOf(error)}`);
        await sleep(RETRY_MS, this.stopping.signal);
        continue;
      }
      queue.parts.shift();
      this.known.delete(part.id);
    }
    queue.working = false;
    if (queue.parts.length === 0) this.queues.delete(key);
  }

  /** Tries until the part has a definite end or the gateway stops. */
  private async deliver(part: OutboxPart): Promise<void> {
    let { attempts } = part;
    await this.previews.settled(part.runId);
    await this.waitUntil(part.nextAttemptAt);
    while (!this.stopping.signal.aborted) {
      const channel = this.directory.find(part.route.channel);
      if (!channel) {
        await this.store.settle(part.id, {
          state: 'failed',
          error: `channel "${part.route.channel}" is not available`,
        });
        return;
      }
      attempts++;
      const error = await this.attempt(channel, part);
      if (!error) return;
      const decision = decideDelivery({
        error,
        attempts,
        ageMs: Date.now() - part.createdAt,
        canBeFound: part.mark !== null && channel.adapter.findSent !== undefined,
      });
      if (decision.action === 'give-up') {
        await this.store.settle(part.id, {
          state: error.failure === 'ambiguous' ? 'unknown' : 'failed',
          error: error.message,
        });
        this.log.error(
          { channel: part.route.channel, run: part.runId, part: part.part, attempts },
          `a message was not delivered: ${error.message}`,
        );
        return;
      }
      const nextAttemptAt = Date.now() + decision.delayMs;
      await this.store.settle(part.id, {
        state: error.failure === 'ambiguous' || part.mark !== null ? 'unknown' : 'pending',
        error: error.message,
        nextAttemptAt,
        ...(part.mark === null ? { mark: null } : {}),
      });
      this.log.warn(
        { channel: part.route.channel, run: part.runId, failure: error.failure, waitMs: decision.delayMs },
        error.message,
      );
      await this.waitUntil(nextAttemptAt);
    }
  }

  /**
   * One attempt; undefined when the part has arrived. Where an earlier attempt may have arrived, that is found out
   * first. Leaves a mark on the part as long as the outcome is not known.
   */
  private async attempt(channel: RegisteredChannel, part: OutboxPart): Promise<ChannelSendError | undefined> {
    const message: OutboundMessage = {
      deliveryId: part.id,
      account: part.route.account,
      route: part.route,
      text: part.payload.text,
      ...(part.payload.replyToId ? { replyToId: part.payload.replyToId } : {}),
      ...(part.payload.file ? { file: part.payload.file } : {}),
      ...(part.payload.buttons ? { buttons: part.payload.buttons } : {}),
      ...(part.payload.silent ? { silent: true } : {}),
    };
    const release = await this.slotsOf(part.route).take();
    this.inFlight++;
    try {
      await this.store.settle(part.id, {
        state: 'sent',
        platformId: await this.hand(channel, part, message),
        error: null,
        mark: null,
      });
      return undefined;
    } catch (error) {
      const known =
        error instanceof ChannelSendError
          ? error
          : new ChannelSendError('ambiguous', messageOf(error), { cause: error });
      if (known.failure !== 'ambiguous' && !this.searching.delete(part.id)) part.mark = null;
      return known;
    } finally {
      this.inFlight--;
      release();
    }
  }

  /** Returns the platform's id of the message. */
  private async hand({ adapter }: RegisteredChannel, part: OutboxPart, message: OutboundMessage): Promise<string> {
    if (part.platformId !== null && adapter.edit) {
      await this.store.sending(part.id, undefined);
      await adapter.edit(message, part.platformId);
      return part.platformId;
    }
    if (part.mark !== null && adapter.findSent) {
      this.searching.add(part.id);
      const others = await this.store.platformIds(part);
      const found = await adapter.findSent(message, part.mark, others);
      this.searching.delete(part.id);
      if (found !== undefined) return found;
    }
    const mark = adapter.sendMark?.(message);
    part.mark = mark ?? null;
    await this.store.sending(part.id, mark);
    return adapter.send(message);
  }

  /** Calls that may be under way at once on an account: a kill leaves at most so many without an outcome. */
  private slotsOf(route: DeliveryRoute): Slots {
    const key = `${route.channel}\n${route.account}`;
    let slots = this.slots.get(key);
    if (!slots) {
      slots = new Slots(() => SENDS_AT_ONCE);
      this.slots.set(key, slots);
    }
    return slots;
  }

  private async waitUntil(time: number): Promise<void> {
    const wait = time - Date.now();
    if (wait > 0) await sleep(wait, this.stopping.signal);
  }
}
