import { Injectable } from '@nestjs/common';
import type { ChannelSendError } from '../channels/channel-adapter';
import { targetKey } from '../common/delivery-route';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { sleep } from '../common/sleep';
import { ChannelDirectory } from '../events/channel-directory';
import { LeaseLostError } from '../storage/lease';
import { pauseAfter } from './delivery-policy';
import { DeliveryService } from './delivery.service';
import { DeliveryStore } from './delivery.store';
import type { OutboxPart } from './outbox-part';
import { type HeldPlace, PlaceLeases } from './place-leases';
import { Places, placeKey } from './places';
import { PlatformCalls, isProgramError } from './platform-calls';

const READ_AT_ONCE = 200;
/** Pause after the database could not be asked. */
const RETRY_MS = 1000;
/** What the program itself fails over so often is set aside. */
const MOST_DEFECTS = 3;
/** How many of the last messages an adapter is reminded of at the start. */
const REMEMBERED = 500;
/** The same before each delivery, where other gateways send as well. */
const REMEMBERED_OF_OTHERS = 50;

interface Queue {
  parts: OutboxPart[];
  working: boolean;
  /** Its first part is being delivered. */
  delivering: boolean;
}

/** Sends open parts: each conversation in order, conversations side by side, so that one slow chat holds up nobody else. */
@Injectable()
export class OutboxDispatcher {
  private readonly log: Logger;
  private readonly queues = new Map<string, Queue>();
  private readonly known = new Set<string>();
  /** Targets whose conversation the platform is asked for, with the last part that waits for that. */
  private readonly locating = new Map<string, Promise<void>>();
  private readonly reminded = new Map<string, Promise<void>>();
  /** Accounts whose open parts are being read, and whether that has to be done once more. */
  private readonly reading = new Map<string, boolean>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly store: DeliveryStore,
    private readonly directory: ChannelDirectory,
    private readonly delivery: DeliveryService,
    private readonly places: Places,
    private readonly calls: PlatformCalls,
    private readonly leases: PlaceLeases,
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

  /** Lets calls under way end; the rest stays in the store. */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    await this.calls.idle(graceMs);
  }

  /** All of them, however many: those of one chat that has to wait must not hide those of others. */
  private async readOpen(channel: string, account: string): Promise<void> {
    const holder = this.leases.isShared ? this.leases.holder : undefined;
    const fresh = (await this.store.openIds(channel, account, holder)).filter((id) => !this.known.has(id));
    for (let start = 0; start < fresh.length; start += READ_AT_ONCE)
      for (const part of await this.store.open(fresh.slice(start, start + READ_AT_ONCE))) this.take(part);
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
    for (const { route, platformId } of await this.store.lastSent(channel, account, REMEMBERED))
      adapter.noteSent(route, platformId);
  }

  private take(part: OutboxPart): void {
    if (this.known.has(part.id)) return;
    this.known.add(part.id);
    const target = placeKey(part.route, targetKey(part.route));
    const before = this.locating.get(target);
    const place = before ? undefined : this.places.known(part.route);
    if (place !== undefined) return this.enqueue(part, place);
    const located = (before ?? Promise.resolve()).then(async () => {
      const found = await this.locate(part);
      if (found === undefined) this.known.delete(part.id);
      else this.enqueue(part, found);
      if (this.locating.get(target) === located) this.locating.delete(target);
    });
    this.locating.set(target, located);
  }

  /** The conversation that a part goes to, asked for until the platform answers; undefined when the gateway stops. */
  private async locate(part: OutboxPart): Promise<string | undefined> {
    const began = performance.now();
    for (let failures = 1; !this.stopping.signal.aborted; failures++) {
      try {
        return await this.calls.make(part, () => this.places.find(part.route));
      } catch (error) {
        const { failure } = error as ChannelSendError;
        // Sending will be refused as well, with the reason.
        if (failure === 'refused' || failure === 'gone' || failure === 'defect') return targetKey(part.route);
        await sleep(pauseAfter(error as ChannelSendError, failures, performance.now() - began), this.stopping.signal);
      }
    }
    return undefined;
  }

  /** In order of queueing; but what may be there without anybody knowing is looked for before anything else is sent. */
  private enqueue(part: OutboxPart, place: string): void {
    const key = placeKey(part.route, place);
    let queue = this.queues.get(key);
    if (!queue) {
      queue = { parts: [], working: false, delivering: false };
      this.queues.set(key, queue);
    }
    const isBefore = (other: OutboxPart): boolean =>
      other.copies > 0 !== part.copies > 0 ? part.copies > 0 : part.seq < other.seq;
    const at = queue.parts.findIndex((other, index) => (index > 0 || !queue.delivering) && isBefore(other));
    queue.parts.splice(at < 0 ? queue.parts.length : at, 0, part);
    if (!queue.working) void this.work(key, place, queue);
  }

  private async work(key: string, place: string, queue: Queue): Promise<void> {
    queue.working = true;
    const { channel, account } = (queue.parts[0] as OutboxPart).route;
    let isHeld = true;
    try {
      const result = await this.leases.during(key, place, this.stopping.signal, async (held) => {
        if (held.under) await this.catchUp(channel, account);
        await this.workOff(queue, held);
      });
      isHeld = result === 'held';
    } catch (error) {
      if (!(error instanceof LeaseLostError))
        this.log.error({ channel, account, error }, `deliveries could not be made: ${messageOf(error)}`);
    }
    // Something may have come in the very moment in which the last one was done.
    if (!isHeld && queue.parts.length > 0 && !this.stopping.signal.aborted) return this.work(key, place, queue);
    queue.working = queue.delivering = false;
    this.queues.delete(key);
    // What another gateway delivers is its own; what is left after all is found by looking again.
    for (const { id } of queue.parts) this.known.delete(id);
    if (this.leases.isShared && !this.stopping.signal.aborted) void this.wake(channel, account);
  }

  /** What other gateways have sent meanwhile, and what they have queued for the same place that comes first. */
  private async catchUp(channel: string, account: string): Promise<void> {
    const adapter = this.directory.find(channel)?.adapter;
    if (adapter?.noteSent)
      for (const { route, platformId } of await this.store.newestSent(channel, account, REMEMBERED_OF_OTHERS))
        adapter.noteSent(route, platformId);
    await this.readOpen(channel, account);
  }

  /** Delivers what waits for a place, and what is queued for it meanwhile. @throws LeaseLostError */
  private async workOff(queue: Queue, held: HeldPlace): Promise<void> {
    let defects = 0;
    while (queue.parts.length > 0 && !held.stop.aborted) {
      const part = queue.parts[0] as OutboxPart;
      queue.delivering = true;
      try {
        if (defects < MOST_DEFECTS) await this.delivery.deliver(part, held);
        else await this.delivery.setAside(part, part.error ?? '', held);
      } catch (error) {
        if (error instanceof LeaseLostError) throw error;
        this.log.error({ part: part.id, error }, `a delivery could not be recorded: ${messageOf(error)}`);
        if (isProgramError(error)) {
          defects++;
          part.error = messageOf(error);
        }
        await sleep(RETRY_MS, held.stop);
        continue;
      }
      defects = 0;
      queue.delivering = false;
      queue.parts.shift();
      this.known.delete(part.id);
    }
  }
}
