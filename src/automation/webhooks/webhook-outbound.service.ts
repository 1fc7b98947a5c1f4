import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { isWebAddress } from '../../common/net/host';
import { type BackoffPolicy, backoffDelay } from '../../common/backoff';
import { Clock, sinceStamp, systemClock } from '../../common/clock';
import { type Logger, LoggerFactory } from '../../common/logger';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { signedHeaders } from '../../common/webhook-signature';
import { ConfigService } from '../../config/config.service';
import type { OutboundHookConfig } from '../../config/sections/extensions.config';
import { EventBus } from '../../events/event-bus';
import { WebhookPort } from '../../events/webhook-port';
import { DatabaseService } from '../../storage/database.service';
import type { WebhookDeliveryTable } from '../../storage/schema';
import { Leader } from '../../replicas/leader.service';
import { GuardedHttp } from '../../tools/web/guarded-http.service';

const BACKOFF: BackoffPolicy = { initialMs: 1000, maxMs: 900_000, factor: 3, jitter: 0.2 };
const LONGEST_PAUSE_MS = BACKOFF.maxMs * (1 + BACKOFF.jitter);
const MAX_AGE_MS = 24 * 3_600_000;
const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const AT_ONCE = 20;
/** How often is looked for what other gateways have kept, should they not have said so. */
const LOOK_MS = 5000;
/** Told many times a second: only to whoever names them. */
const FREQUENT = new Set(['tick', 'agent', 'presence', 'health']);

/** Tells other programs of events: each is on disk before it is sent, signed, and tried for a day. */
@Injectable()
export class WebhookOutbound {
  private readonly log: Logger;
  private timer: NodeJS.Timeout | undefined;
  private working = false;
  private running = false;
  /** On the monotonic clock. */
  private lookedAt = 0;

  constructor(
    private readonly database: DatabaseService,
    private readonly http: GuardedHttp,
    private readonly config: ConfigService,
    private readonly events: EventBus,
    private readonly webhooks: WebhookPort,
    private readonly leader: Leader,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.log = loggers.child('webhooks');
  }

  listen(): void {
    this.webhooks.open(async (transaction, { target, event, payload }) => {
      await transaction
        .insertInto('webhook_deliveries')
        .values(this.row(target, event, payload))
        .execute();
      return () => this.wake(0);
    });
    this.events.on('wire.event', ({ event, payload }) => {
      const targets = this.targets().filter((target) => isWanted(target, event));
      if (targets.length === 0) return;
      this.add(targets.map((target) => ({ target: target.id, event, payload }))).catch((error: unknown) =>
        this.log.error({ event }, `an event was not kept for webhooks: ${messageOf(error)}`),
      );
    });
  }

  start(): void {
    this.running = true;
    this.wake(0);
    this.leader.onChosen(() => this.wake(0));
    this.events.on('webhooks.queued', () => this.wake(0), 'elsewhere');
    this.events.on('replicas.look', () => {
      if (this.leader.leads && performance.now() - this.lookedAt > LOOK_MS) this.wake(0);
    });
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
  }

  targets(): OutboundHookConfig[] {
    return (this.config.config.hooks?.outbound ?? []).filter(({ enabled }) => enabled !== false);
  }

  /** What waits and what was given up, by target. */
  async counts(): Promise<
    { target: string; state: WebhookDeliveryTable['state']; count: number; error: string | null }[]
  > {
    const rows = await this.database.read
      .selectFrom('webhook_deliveries')
      .select((eb) => ['target', 'state', eb.fn.countAll().as('count'), eb.fn.max('error').as('error')])
      .groupBy(['target', 'state'])
      .execute();
    return rows.map((row) => ({ ...row, count: Number(row.count) }));
  }

  /** Sends one event now. @throws OpenclawError WEBHOOK_UNKNOWN, WEBHOOK_FAILED */
  async test(id: string): Promise<number> {
    const target = this.targets().find((each) => each.id === id);
    if (!target)
      throw new OpenclawError(
        'WEBHOOK_UNKNOWN',
        `hooks.outbound has no enabled "${id}"; there are: ${
          this.targets()
            .map((each) => each.id)
            .join(', ') || 'none'
        }`,
      );
    const started = performance.now();
    const fault = await this.send(this.row(id, 'test', { ok: true }), target.url, target.secret);
    if (fault !== undefined) throw new OpenclawError('WEBHOOK_FAILED', `${target.url}: ${fault}`);
    return Math.round(performance.now() - started);
  }

  private async add(wishes: readonly { target: string; event: string; payload: unknown }[]): Promise<void> {
    await this.database.write('webhook.add', (transaction) =>
      transaction
        .insertInto('webhook_deliveries')
        .values(wishes.map(({ target, event, payload }) => this.row(target, event, payload)))
        .execute(),
    );
    this.wake(0);
  }

  private row(target: string, event: string, payload: unknown): WebhookDeliveryTable {
    const now = this.clock.now();
    const id = randomUUID();
    return {
      id,
      target,
      event,
      body: JSON.stringify({ id, event, at: new Date(now).toISOString(), payload }),
      state: 'pending',
      attempts: 0,
      next_attempt_at: now,
      error: null,
      created_at: now,
    };
  }

  private wake(afterMs: number): void {
    if (!this.running || this.working) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.work(), afterMs).unref();
  }

  private async work(): Promise<void> {
    this.lookedAt = performance.now();
    // Of several gateways one sends them.
    if (!this.leader.leads) return this.events.emit('webhooks.queued', {});
    this.working = true;
    let next = BACKOFF.maxMs;
    try {
      for (;;) {
        const now = this.clock.now();
        const due = await this.due(now);
        if (due.length === 0 || !this.running || !this.leader.leads) break;
        await Promise.all(due.map((row) => this.deliver(row)));
      }
      next = await this.nextDue();
    } catch (error) {
      this.log.error({ error }, `webhooks could not be sent: ${messageOf(error)}`);
    } finally {
      this.working = false;
    }
    if (Number.isFinite(next)) this.wake(Math.max(0, next));
  }

  /** What is due later than any pause lasts was noted before the clock was set back: it is due as well. */
  private async due(now: number): Promise<WebhookDeliveryTable[]> {
    return this.database.read
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('state', '=', 'pending')
      .where((eb) => eb.or([eb('next_attempt_at', '<=', now), eb('next_attempt_at', '>', now + LONGEST_PAUSE_MS)]))
      .orderBy('created_at')
      .limit(AT_ONCE)
      .execute();
  }

  private async nextDue(): Promise<number> {
    const row = await this.database.read
      .selectFrom('webhook_deliveries')
      .select((eb) => eb.fn.min('next_attempt_at').as('at'))
      .where('state', '=', 'pending')
      .executeTakeFirst();
    return row?.at === null || row?.at === undefined ? Infinity : Number(row.at) - this.clock.now();
  }

  private async deliver(row: WebhookDeliveryTable): Promise<void> {
    const target = this.targets().find(({ id }) => id === row.target);
    const isUrl = isWebAddress(row.target);
    const fault =
      target || isUrl
        ? await this.send(row, target?.url ?? row.target, target?.secret ?? this.config.config.cron?.webhookToken ?? '')
        : 'it is not in the configuration any more';
    const attempts = row.attempts + 1;
    await this.database.write('webhook.settle', async (transaction) => {
      if (fault === undefined) {
        await transaction.deleteFrom('webhook_deliveries').where('id', '=', row.id).execute();
        return;
      }
      const isOver = (!target && !isUrl) || sinceStamp(this.clock, Number(row.created_at)) > MAX_AGE_MS;
      await transaction
        .updateTable('webhook_deliveries')
        .set({
          attempts,
          error: fault,
          state: isOver ? 'failed' : 'pending',
          next_attempt_at: this.clock.now() + backoffDelay(BACKOFF, attempts - 1),
        })
        .where('id', '=', row.id)
        .where('attempts', '=', row.attempts)
        .execute();
    });
    if (fault !== undefined)
      this.log.warn({ target: row.target, event: row.event, attempts }, `a webhook failed: ${fault}`);
  }

  /** One attempt; why it failed, or undefined. */
  private async send(
    { id, event, body }: WebhookDeliveryTable,
    url: string,
    secret: string,
  ): Promise<string | undefined> {
    try {
      const { status } = await this.http.request({
        url,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-openclaw-event': event,
          'x-openclaw-delivery': id,
          ...(secret === '' ? {} : signedHeaders(secret, body, this.clock.now())),
        },
        body,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_ANSWER_BYTES,
        truncate: true,
        maxRedirects: 0,
        // The owner wrote the address down: it may be his own machine.
        trustedOrigins: [new URL(url).origin],
      });
      return status >= 200 && status < 300 ? undefined : `it answered ${status}`;
    } catch (error) {
      return messageOf(error);
    }
  }
}

function isWanted({ events }: OutboundHookConfig, event: string): boolean {
  return events.some((wanted) =>
    wanted.includes('*')
      ? !FREQUENT.has(event) &&
        new RegExp(`^${wanted.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(event)
      : wanted === event,
  );
}
