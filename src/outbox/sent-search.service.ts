import { Injectable } from '@nestjs/common';
import { ChannelSendError, type RegisteredChannel, type SearchStep } from '../channels/channel-adapter';
import { type Logger, LoggerFactory } from '../common/logger';
import { sleep } from '../common/sleep';
import { pauseAfter } from './delivery-policy';
import { DeliveryStore } from './delivery.store';
import type { OutboxPart } from './outbox-part';
import type { HeldPlace } from './place-leases';
import { placeKey } from './places';
import { PlatformCalls, messageOfPart } from './platform-calls';

/** So long after an attempt was cut off what arrives late, and what others were sending in that moment, is known. */
const FIRST_LOOK_MS = 500;
/** Platforms count these calls like messages: about one a second for each chat. */
const PACE_MS = 1000;
/** Until it is looked again whether the first question can be asked. */
const WAIT_MS = 50;

export type LookEnd =
  | { kind: 'found'; platformId: string }
  | { kind: 'absent' }
  /** The platform offers no way, or does not allow it. */
  | { kind: 'impossible'; reason: string }
  /** The gateway stops. */
  | { kind: 'stopped' };

/**
 * Looks for messages whose sending was cut off. A question is no attempt to deliver: it has a pace of its own, its progress
 * is on disk, and whatever goes wrong with it says nothing about the message.
 */
@Injectable()
export class SentSearchService {
  private readonly log: Logger;
  /** When each place was asked last, on the monotonic clock; as long as that matters. */
  private readonly asked = new Map<string, number>();

  constructor(
    private readonly store: DeliveryStore,
    private readonly calls: PlatformCalls,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('outbox/search');
  }

  /** Looks until it is known whether a part arrived. Nobody else may write to its place meanwhile. */
  async look({ adapter }: RegisteredChannel, part: OutboxPart, held: HeldPlace): Promise<LookEnd> {
    const { place, stop, under } = held;
    if (part.mark === null || part.payload.poll || !adapter.findSent)
      return { kind: 'impossible', reason: 'nobody can look for it there' };
    const message = messageOfPart(part);
    let progress = part.searched ?? undefined;
    let failures = 0;
    const cutAt = performance.now() - this.store.sinceCut(part);
    await sleep(Math.max(0, cutAt + FIRST_LOOK_MS - performance.now()), stop);
    const began = performance.now();
    for (;;) {
      await this.pace(placeKey(part.route, place), stop);
      if (stop.aborted) return { kind: 'stopped' };
      const search = {
        mark: part.mark,
        ...(progress === undefined ? {} : { progress }),
        elapsedMs: performance.now() - began,
        sinceCutMs: performance.now() - cutAt,
        others: await this.store.markedPlaces(part),
        known: (ids: readonly string[]) => this.store.known(part, ids),
      };
      let step: SearchStep;
      try {
        step = await this.calls.make(part, () =>
          (adapter.findSent as NonNullable<typeof adapter.findSent>)(message, search),
        );
      } catch (error) {
        const { failure, message: reason } = error as ChannelSendError;
        if (failure === 'refused' || failure === 'gone' || failure === 'defect') return { kind: 'impossible', reason };
        const delayMs = pauseAfter(error as ChannelSendError, ++failures, performance.now() - began);
        // That was no question, and when the next one may be the platform has said itself.
        if (failure === 'rate_limited') this.asked.delete(placeKey(part.route, place));
        this.log.debug({ channel: part.route.channel, run: part.runId, failure, waitMs: delayMs }, reason);
        await sleep(delayMs, stop);
        continue;
      }
      failures = 0;
      if (step.kind === 'waiting') {
        this.asked.delete(placeKey(part.route, place));
        await sleep(WAIT_MS, stop);
        continue;
      }
      if (step.kind !== 'unfinished') return step;
      if (step.progress !== progress) await this.store.searched(part.id, step.progress, under);
      progress = step.progress;
    }
  }

  /**
   * Finds out about everything else that may stand in a place without anybody knowing, such as a preview that was cut off:
   * two of these could not be told apart. Returns false when the gateway stops.
   */
  async clear(channel: RegisteredChannel, part: OutboxPart, held: HeldPlace): Promise<boolean> {
    for (const other of await this.store.marked(part, held.place)) {
      const end = await this.look(channel, other, held);
      if (end.kind === 'stopped') return false;
      if (end.kind === 'impossible' && other.state !== 'streaming') continue;
      await this.store.resolved(other, end.kind === 'found' ? end.platformId : null, held.under);
    }
    return true;
  }

  private async pace(key: string, stop: AbortSignal): Promise<void> {
    const wait = (this.asked.get(key) ?? -Infinity) + PACE_MS - performance.now();
    if (wait > 0) await sleep(wait, stop);
    const now = performance.now();
    for (const [other, at] of this.asked) if (at + PACE_MS < now) this.asked.delete(other);
    this.asked.set(key, now);
  }
}
