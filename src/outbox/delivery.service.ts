import { Injectable } from '@nestjs/common';
import { ChannelSendError, type RegisteredChannel } from '../channels/channel-adapter';
import { type Logger, LoggerFactory } from '../common/logger';
import { sleep } from '../common/sleep';
import { ConfigService } from '../config/config.service';
import { ChannelDirectory } from '../events/channel-directory';
import { EventBus } from '../events/event-bus';
import type { EventMap } from '../events/event-map';
import { untilStored } from '../storage/until-stored';
import { ChatLines } from './chat-lines';
import { MOST_COPIES, decideDelivery } from './delivery-policy';
import { type DeliveryChange, DeliveryStore } from './delivery.store';
import { hasPauses, humanPause } from './human-pause';
import type { OutboxPart } from './outbox-part';
import type { HeldPlace } from './place-leases';
import { placeKey } from './places';
import { PlatformCalls, mayHaveArrived, messageOfPart } from './platform-calls';
import { SentSearchService } from './sent-search.service';
import { StreamPreviewService } from './stream-preview.service';

type Outcome = ChannelSendError | 'arrived' | 'uncertain' | 'stopped';

/** Brings one part to its end: sent, failed with the reason, or uncertain where nobody can find out. */
@Injectable()
export class DeliveryService {
  private readonly log: Logger;

  constructor(
    private readonly store: DeliveryStore,
    private readonly directory: ChannelDirectory,
    private readonly previews: StreamPreviewService,
    private readonly search: SentSearchService,
    private readonly calls: PlatformCalls,
    private readonly lines: ChatLines,
    private readonly events: EventBus,
    private readonly config: ConfigService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('outbox');
  }

  /** Tries until the part has an end or the gateway stops. Rejects when the database does. */
  async deliver(queued: OutboxPart, held: HeldPlace): Promise<void> {
    const { stop } = held;
    const failures = new FailureRow();
    await this.previews.settled(queued.runId);
    await sleep(Math.max(this.store.pauseLeft(queued), await this.pauseBefore(queued)), stop);
    while (!stop.aborted) {
      // Another text may have come, or somebody may have found it.
      const [part] = await this.store.open([queued.id]);
      if (!part) return;
      const channel = this.directory.find(part.route.channel);
      if (!channel) {
        await this.giveUp(part, 'failed', `channel "${part.route.channel}" is not available`, held);
        return;
      }
      const outcome = await this.attempt(channel, part, held);
      if (!(outcome instanceof ChannelSendError)) return;
      const delayMs = await this.afterFailure(channel, part, outcome, failures.add(outcome), held);
      if (delayMs === undefined) return;
      await sleep(delayMs, stop);
    }
  }

  /** Pause that a person would make between two blocks, in milliseconds; the chat alone waits for it. */
  private async pauseBefore(part: OutboxPart): Promise<number> {
    if (part.part === 0 || part.attempts > 0 || !hasPauses(this.config.config)) return 0;
    const before = await this.store.before(part);
    const agentId = before?.payload.pausedBy;
    if (!before || agentId === undefined) return 0;
    return this.store.leftOfPause(humanPause(this.config.config, agentId), before);
  }

  /** Returns the pause before the next attempt; undefined when there is none. */
  private async afterFailure(
    { adapter, declaration }: RegisteredChannel,
    part: OutboxPart,
    error: ChannelSendError,
    row: { inARow: number; failingForMs: number },
    held: HeldPlace,
  ): Promise<number | undefined> {
    const { mark, copies } = part;
    const canBeFound =
      declaration.capabilities.repeatable === true || (mark !== null && adapter.findSent !== undefined);
    const pace = adapter.retryPace?.(part.route.account);
    const decision = decideDelivery({ error, ...row, ageMs: this.store.ageOf(part), copies, canBeFound, pace });
    if (decision.action === 'fail') await this.giveUp(part, 'failed', error.message, held);
    if (decision.action === 'leave-uncertain') await this.giveUp(part, 'uncertain', error.message, held);
    if (decision.action !== 'retry') return undefined;
    const { delayMs } = decision;
    const state = copies > 0 ? 'unknown' : 'pending';
    const change = { state, error: error.message, delayMs, copies, ...(mark === null ? { mark } : {}) } as const;
    await this.note(part, change, held);
    this.tell(part, 'retry');
    const { channel } = part.route;
    this.log.warn({ channel, run: part.runId, failure: error.failure, waitMs: delayMs }, error.message);
    return delayMs;
  }

  /** The program itself failed over a part again and again: the others of its place go on. */
  async setAside(part: OutboxPart, reason: string, held: HeldPlace): Promise<void> {
    await this.giveUp(part, part.copies > 0 ? 'uncertain' : 'failed', `the program failed over it: ${reason}`, held);
  }

  private note({ id }: OutboxPart, change: DeliveryChange, { stop, under }: HeldPlace): Promise<void> {
    const again = { log: this.log, what: 'what became of a message', stop };
    return untilStored(() => this.store.settle(id, change, under), again);
  }

  private async hasArrived(part: OutboxPart, platformId: string, held: HeldPlace): Promise<void> {
    await this.note(part, { state: 'sent', platformId, error: null, mark: null, copies: 0 }, held);
    this.tell(part, 'sent');
  }

  private tell({ route: { channel, account } }: OutboxPart, outcome: EventMap['delivery.told']['outcome']): void {
    this.events.emit('delivery.told', { channel, account, outcome });
  }

  /** Kept as a dead letter until somebody decides; never sent again by itself. */
  private async giveUp(
    part: OutboxPart,
    state: 'failed' | 'uncertain',
    reason: string,
    held: HeldPlace,
  ): Promise<void> {
    const error = state === 'uncertain' ? `it may have arrived, which could not be found out: ${reason}` : reason;
    await this.note(part, { state, error, mark: null }, held);
    this.tell(part, state);
    this.log.error(
      { channel: part.route.channel, run: part.runId, part: part.part, attempts: part.attempts },
      `a message was not delivered: ${error}`,
    );
  }

  /**
   * One attempt. Where an earlier one may have arrived, that is found out first. Leaves a mark on the part as long as the
   * outcome is not known.
   */
  private async attempt(channel: RegisteredChannel, part: OutboxPart, held: HeldPlace): Promise<Outcome> {
    const free = await this.lines.take(placeKey(part.route, held.place));
    try {
      if (part.copies > 0 && !channel.declaration.capabilities.repeatable) {
        const end = await this.search.look(channel, part, held);
        if (end.kind === 'stopped') return 'stopped';
        if (end.kind === 'found') {
          await this.hasArrived(part, end.platformId, held);
          return 'arrived';
        }
        if (end.kind === 'absent') {
          part.mark = null;
          part.copies = 0;
        } else if (part.copies >= MOST_COPIES) {
          await this.giveUp(part, 'uncertain', part.error ?? end.reason, held);
          return 'uncertain';
        }
      }
      if (!(await this.search.clear(channel, part, held))) return 'stopped';
      const platformId = await this.hand(channel, part, held);
      await this.hasArrived(part, platformId, held);
      return 'arrived';
    } catch (error) {
      if (error instanceof ChannelSendError) return error;
      throw error;
    } finally {
      free();
    }
  }

  /** Returns the platform's id of the message. @throws ChannelSendError */
  private async hand({ adapter, declaration }: RegisteredChannel, part: OutboxPart, held: HeldPlace): Promise<string> {
    const message = messageOfPart(part);
    const { platformId } = part;
    if (platformId !== null && adapter.edit) {
      await this.store.sending(part.id, held, undefined);
      held.check();
      try {
        await this.calls.make(part, async () => adapter.edit?.(message, platformId));
        return platformId;
      } catch (error) {
        // The preview is gone: the text still has to arrive, as a message of its own.
        if ((error as ChannelSendError).failure !== 'gone') throw error;
        await this.note(part, { state: 'pending', platformId: null }, held);
      }
    }
    const before = { mark: part.mark, copies: part.copies };
    part.mark = (part.payload.poll ? undefined : await adapter.sendMark?.(message)) ?? null;
    part.copies = declaration.capabilities.repeatable ? 0 : part.copies + 1;
    await this.store.sending(part.id, held, { mark: part.mark, copies: part.copies });
    held.check();
    try {
      return await this.calls.make(part, () => this.send(adapter, part));
    } catch (error) {
      if (!mayHaveArrived(error as ChannelSendError, part.mark !== null && adapter.findSent !== undefined))
        Object.assign(part, before);
      throw error;
    }
  }

  private async send(adapter: RegisteredChannel['adapter'], part: OutboxPart): Promise<string> {
    const { route, payload } = part;
    const { poll } = payload;
    if (!poll) return adapter.send(messageOfPart(part));
    const sent = await adapter.act?.('poll', { account: route.account, route, poll });
    return String(sent?.['messageId'] ?? '');
  }
}

/** Failures of a part one after the other. */
class FailureRow {
  private since: number | undefined;
  private kind: string | undefined;
  private inARow = 0;

  add({ failure }: ChannelSendError): { inARow: number; failingForMs: number } {
    this.since ??= performance.now();
    this.inARow = failure === this.kind ? this.inARow + 1 : 1;
    this.kind = failure;
    return { inARow: this.inARow, failingForMs: performance.now() - this.since };
  }
}
