import { Injectable, Optional } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { cutText } from '../../common/cut-text';
import { LaneService } from '../../agent/turns/lane.service';
import { TurnStore } from '../../agent/turns/turn.store';
import { goesBy } from '../../channels/passing-fault';
import { Clock, systemClock } from '../../common/clock';
import type { DeliveryRoute } from '../../common/delivery-route';
import { jobText } from '../../common/job-text';
import { type Logger, LoggerFactory } from '../../common/logger';
import { reminderText } from '../../common/reminder-text';
import { messageOf } from '../../common/openclaw-error';
import { mainSessionKey } from '../../config/main-session';
import { ConfigService } from '../../config/config.service';
import { userTimeZone } from '../../config/user-zone';
import { EventBus } from '../../events/event-bus';
import type { InboundMessage } from '../../inbox/inbound-message';
import { InboxService } from '../../inbox/inbox.service';
import { InboxStore } from '../../inbox/inbox.store';
import { SessionStore } from '../../sessions/session.store';
import { SystemEventStore } from '../../sessions/system-event.store';
import { untilStored } from '../../storage/until-stored';
import { type CronDelivery, type CronJob, type CronRun, sessionOf } from './cron-job';
import { MOST_MISSED, type Plan, afterRun, inZone, isNews, planned, wantedOf } from './cron-progress';
import { CronReports } from './cron-reports.service';
import { nextSlot, slotsBetween } from './cron-schedule';
import type { TimeContext } from './cron-time';
import { nameSessionIn } from './cron-session';
import { CronStore } from './cron.store';
import { dueAlert } from './failure-alert';

const TIMER = 'cron';
/**
 * Nobody tells of a clock that was set or a machine that slept, and timers do not count such time: the clock is looked at
 * again so often.
 */
const LOOK_EVERY_MS = 10_000;
const RETRY_MS = 5000;
/** Tries to hand a job over that fails by itself. */
const MAX_TRIES = 3;
/** A time that passed longer ago was missed: the job's policy says what becomes of it. */
const LATE_MS = 60_000;
const MAX_SUMMARY = 2000;

/** Hands each due job to the inbox, in the commit that claims its time: no slot is lost, none runs twice. */
@Injectable()
export class CronService {
  private readonly log: Logger;
  private running = false;
  /** Tries in a row that failed, by job. */
  private readonly failures = new Map<string, number>();
  private unlisten: (() => void)[] = [];

  constructor(
    private readonly store: CronStore,
    private readonly inbox: InboxService,
    private readonly rows: InboxStore,
    private readonly turns: TurnStore,
    private readonly lanes: LaneService,
    private readonly sessions: SessionStore,
    private readonly systemEvents: SystemEventStore,
    private readonly reports: CronReports,
    private readonly config: ConfigService,
    private readonly events: EventBus,
    private readonly scheduler: SchedulerRegistry,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.log = loggers.child('cron');
  }

  async start(): Promise<void> {
    if (this.running) return this.replan();
    this.running = true;
    if (this.unlisten.length === 0)
      this.unlisten = [
        this.events.on('turn.closed', ({ runIds }) => void this.closed(runIds)),
        this.events.on('job.rule', async ({ jobId, rule }) => {
          await this.store.change(jobId, (job) => ({ ...job, ...(job.rules ? { rules: [...job.rules, rule] } : {}) }));
        }),
      ];
    for (const run of await this.store.running()) await this.finish(run);
    await this.replan();
  }

  stop(): void {
    this.running = false;
    this.disarm();
  }

  /** Sets the timer to the next due job; to be called after each change of the jobs. */
  async arm(): Promise<void> {
    if (!this.running) return;
    const next = await this.store.nextDue();
    this.disarm();
    if (next !== undefined) this.wakeIn(Math.min(Math.max(0, next - this.clock.now()), LOOK_EVERY_MS));
  }

  /** What times are read with: now, and the zone of the person. */
  time(): TimeContext {
    return { now: this.clock.now(), zone: userTimeZone(this.config.config) };
  }

  /** Expressions that name no zone follow the person to another one. */
  private async replan(): Promise<void> {
    for (const job of await this.store.list())
      if (inZone(job, this.time()) !== job) await this.store.change(job.id, (current) => inZone(current, this.time()));
    await this.arm();
  }

  /** Makes a job due at once, whatever its time. @returns its run */
  async runNow(job: CronJob): Promise<string | undefined> {
    const runId = await this.hand(job, this.clock.now(), job.nextRunAtMs);
    await this.arm();
    return runId;
  }

  /** Tells clients of a change. */
  announce(job: Pick<CronJob, 'id'> & Partial<CronJob>, action: string, more: Record<string, unknown> = {}): void {
    this.events.emit('wire.event', {
      event: 'cron',
      payload: { jobId: job.id, action, ...(job.nextRunAtMs ? { nextRunAtMs: job.nextRunAtMs } : {}), ...more },
    });
  }

  private wakeIn(ms: number): void {
    const timer = setTimeout(() => void this.tick(), ms);
    timer.unref();
    this.scheduler.addTimeout(TIMER, timer);
  }

  private disarm(): void {
    if (this.scheduler.doesExist('timeout', TIMER)) this.scheduler.deleteTimeout(TIMER);
  }

  private async tick(): Promise<void> {
    this.disarm();
    try {
      let isLeft = false;
      for (const job of await this.store.due(this.clock.now())) isLeft = !(await this.attempt(job)) || isLeft;
      if (isLeft) this.wakeIn(RETRY_MS);
      else await this.arm();
    } catch (error) {
      this.log.error({ error, waitMs: RETRY_MS }, `due jobs could not be handed over: ${messageOf(error)}`);
      if (this.running) this.wakeIn(RETRY_MS);
    }
  }

  /**
   * Hands a job over that is due. One that fails by itself is switched off after some tries; the others go on.
   * @returns whether it is not due any more
   * @throws what stands in the way of all of them
   */
  private async attempt(job: CronJob): Promise<boolean> {
    try {
      await this.due(job);
      this.failures.delete(job.id);
      return true;
    } catch (error) {
      if (goesBy(error)) throw error;
      const tries = (this.failures.get(job.id) ?? 0) + 1;
      this.failures.set(job.id, tries);
      this.log.error({ job: job.id, tries, error }, `a job could not be handed over: ${messageOf(error)}`);
      if (tries < MAX_TRIES) return false;
      this.failures.delete(job.id);
      const lastError = `it could not be handed over and was switched off: ${messageOf(error)}`;
      await this.store.change(job.id, (current) => ({
        ...current,
        enabled: false,
        nextRunAtMs: null,
        state: { ...current.state, lastStatus: 'error', lastError },
      }));
      return true;
    }
  }

  /** A job whose time has come: the planned time, and those that passed unnoticed, each with an end. */
  private async due(job: CronJob): Promise<void> {
    const now = this.clock.now();
    const slot = job.nextRunAtMs ?? now;
    const { schedule, createdAtMs, id } = job;
    const { zone } = this.time();
    const later = slotsBetween(schedule, slot, now, createdAtMs, zone, id, MOST_MISSED);
    const next = { nextRunAtMs: nextSlot(schedule, Math.max(slot, now), createdAtMs, zone, id) ?? null };
    if (schedule.kind === 'at' || (later.count === 0 && now - slot <= LATE_MS)) {
      await this.hand(job, slot, next.nextRunAtMs);
      return;
    }
    const missed = [slot, ...later.last];
    const wanted = wantedOf(job, missed, now);
    await this.store.transaction('cron.missed', async (transaction) => {
      for (const each of missed)
        if (!wanted.includes(each))
          await this.store.claimIn(
            transaction,
            id,
            each,
            { state: 'skipped', reason: 'missed while nothing ran' },
            now,
          );
      const untold = later.count - later.last.length;
      if (untold > 0) this.log.warn({ job: id, untold }, 'more planned times were missed than are listed');
      if (wanted.length === 0) await this.store.changeIn(transaction, id, planned(job, next.nextRunAtMs));
    });
    for (const each of wanted) await this.hand(job, each, next.nextRunAtMs);
  }

  /**
   * Claims a planned time and hands the job over, in one commit.
   * @param next when it is due after that, unless somebody plans it anew meanwhile
   * @returns the run; undefined where it was skipped
   */
  private async hand(job: CronJob, slot: number, next: number | null): Promise<string | undefined> {
    const now = this.clock.now();
    const runId = `cron:${job.id}:${slot}`;
    const sessionKey = sessionOf(job);
    const plan = planned(job, next);
    const isBusy = job.state.runningAtMs !== undefined && this.lanes.activeRunIds(sessionKey).length > 0;
    if (isBusy && (job.overlap ?? 'forbid') === 'forbid') {
      await this.store.transaction('cron.skip', async (transaction) => {
        await this.store.claimIn(transaction, job.id, slot, { state: 'skipped', reason: 'its last run goes on' }, now);
        await this.store.changeIn(transaction, job.id, (current) => ({
          ...plan(current),
          state: { ...current.state, lastStatus: 'skipped' },
        }));
      });
      return undefined;
    }
    if (isBusy && job.overlap === 'replace')
      for (const active of this.lanes.activeRunIds(sessionKey)) this.lanes.abort(sessionKey, active, 'interrupt');
    const message = await this.messageOf(job);
    if ('problem' in message) {
      await this.refuse(job, slot, plan, message.problem, now);
      return undefined;
    }
    if (job.payload.kind === 'systemEvent' && job.wakeMode === 'next-heartbeat')
      return this.queue(job, slot, plan, now);
    const receipt = await this.inbox.accept(
      { channel: 'cron', account: 'default', externalId: `${job.id}:${slot}`, sessionKey, runId, message },
      async (transaction, { duplicate }) => {
        if (duplicate) return;
        await this.store.claimIn(transaction, job.id, slot, { state: 'running', runId }, now);
        await this.store.changeIn(transaction, job.id, (current) => ({
          ...plan(current),
          state: { ...current.state, runningAtMs: now },
          updatedAtMs: now,
        }));
        await nameSessionIn(transaction, this.sessions, job);
      },
    );
    // Taken by another process, or before a crash: the plan goes on.
    if (receipt.duplicate) await this.store.change(job.id, plan);
    this.log.info({ job: job.id, runId, lateMs: now - slot, duplicate: receipt.duplicate }, 'job is due');
    this.announce({ id: job.id, nextRunAtMs: next }, 'started', { runAtMs: now });
    return runId;
  }

  /** A text that can wait is told with the next heartbeat: the job has done its part. */
  private async queue(job: CronJob, slot: number, plan: Plan, now: number): Promise<undefined> {
    const { payload } = job;
    const text = payload.kind === 'systemEvent' ? payload.text : '';
    const summary = 'waits for the next heartbeat';
    await this.store.transaction('cron.queue', async (transaction) => {
      const isClaimed = await this.store.claimIn(transaction, job.id, slot, { state: 'ok', summary }, now);
      if (isClaimed) await this.systemEvents.addIn(transaction, job.sessionKey, text, job.origin);
      await this.store.changeIn(transaction, job.id, (current) =>
        afterRun(plan(current), { failed: false, reason: null, durationMs: 0, claimedAt: now, now }),
      );
    });
    this.announce(job, 'finished', { status: 'ok', summary, runAtMs: slot, durationMs: 0 });
    return undefined;
  }

  private async refuse(job: CronJob, slot: number, plan: Plan, reason: string, now: number): Promise<void> {
    await this.store.transaction('cron.refuse', async (transaction) => {
      await this.store.claimIn(transaction, job.id, slot, { state: 'skipped', reason }, now);
      await this.store.changeIn(transaction, job.id, (current) => ({
        ...plan(current),
        state: { ...current.state, lastRunAtMs: now, lastStatus: 'skipped', lastError: reason },
      }));
    });
    this.log.warn({ job: job.id }, `a job was skipped: ${reason}`);
    this.announce(job, 'finished', { status: 'skipped', error: reason, runAtMs: slot });
  }

  private async messageOf(job: CronJob): Promise<InboundMessage | { problem: string }> {
    const { payload, delivery } = job;
    const base = {
      // Only owners make jobs; what they may have read then stays with the text.
      isOwner: true,
      isSystemEvent: true,
      jobId: job.id,
      ...(job.budget ? { jobBudget: job.budget } : {}),
      ...(job.rules ? { rules: job.rules } : {}),
      origin: job.origin,
    };
    if (payload.kind === 'systemEvent')
      return payload.text.trim() === ''
        ? { problem: 'its text is empty' }
        : { ...base, text: reminderText(payload.text), ...(job.route ? { route: job.route } : {}) };
    const route = delivery?.mode === 'announce' ? await this.routeOf(job) : undefined;
    if (delivery?.mode === 'announce' && !route && delivery.bestEffort !== true)
      return { problem: 'there is no chat to announce it in; set channel and to, or bestEffort' };
    return {
      ...base,
      text: jobText(job.name, payload.message),
      isFresh: true,
      ...(payload.model ? { model: payload.model } : {}),
      ...(payload.thinking ? { thinking: payload.thinking } : {}),
      ...(payload.timeoutSeconds ? { timeoutMs: payload.timeoutSeconds * 1000 } : {}),
      ...(route ? { route } : {}),
    };
  }

  /** The chat that was named, else where the owner last wrote. */
  private async routeOf(
    job: CronJob,
    place: Pick<CronDelivery, 'channel' | 'account' | 'to'> = job.delivery ?? {},
  ): Promise<DeliveryRoute | undefined> {
    const { channel = 'last', account = 'default', to } = place;
    if (channel !== 'last' && to !== undefined) return { channel, account, to };
    if (job.route && (channel === 'last' || channel === job.route.channel)) return job.route;
    const main = await this.sessions.find(mainSessionKey(this.config.config, job.agentId));
    if (!main?.lastChannel || !main.lastTo || (channel !== 'last' && channel !== main.lastChannel)) return undefined;
    return { channel: main.lastChannel, account: main.lastAccountId ?? account, to: main.lastTo };
  }

  private async closed(runIds: readonly string[]): Promise<void> {
    for (const runId of runIds) {
      if (!runId.startsWith('cron:')) continue;
      try {
        await untilStored(
          async () => {
            const run = await this.store.runOf(runId);
            if (run?.state === 'running') await this.finish(run);
          },
          { log: this.log, what: 'the end of a job', isWorthIt: (error) => this.running && goesBy(error) },
        );
      } catch (error) {
        this.log.error({ runId }, `the end of a job could not be noted: ${messageOf(error)}`);
      }
    }
  }

  /** Notes what became of a run whose turn has ended; one that goes on is left alone. */
  private async finish(run: CronRun): Promise<void> {
    const row = await this.rows.findByRun(run.runId ?? '');
    const turn = row?.turnId ? await this.turns.find(row.turnId) : undefined;
    if (row?.state !== 'dropped' && turn?.state !== 'closed') return;
    const now = this.clock.now();
    const outcome = turn?.outcome ?? 'failed';
    const failed = outcome === 'failed' || outcome === 'aborted';
    const state = failed ? 'error' : 'ok';
    const reason = failed ? (turn?.result?.error ?? turn?.reason ?? row?.reason ?? outcome) : null;
    const summary = cutText((turn?.result?.payloads ?? []).map(({ text }) => text).join('\n'), MAX_SUMMARY) || null;
    const job = await this.store.find(run.jobId);
    // Of any other end its own turn has told.
    const toldIn = outcome === 'failed' && job && isNews(job) ? row?.message.route : undefined;
    const alert = failed && job ? dueAlert(job, now) : undefined;
    const alertIn = alert?.channel !== undefined && job ? await this.routeOf(job, alert) : undefined;
    let tell: (() => void) | undefined;
    const isOver = await this.store.transaction('cron.finish', async (transaction) => {
      if (!(await this.store.finishIn(transaction, run, { state, reason, summary }, now)) || !job) return false;
      const { claimedAt } = run;
      const mayRetry = outcome === 'failed' || turn?.result?.stopReason === 'timeout';
      await this.store.changeIn(transaction, job.id, (current) =>
        afterRun(current, {
          ...{ failed, mayRetry, isTold: !!toldIn, isAlert: !!alert },
          ...{ reason, durationMs: now - claimedAt, claimedAt, now },
        }),
      );
      tell = await this.reports.reportIn(transaction, job, run, {
        failed,
        reason,
        summary,
        ...(toldIn ? { toldIn } : {}),
        ...(alert ? { alert: { ...alert, ...(alertIn ? { route: alertIn } : {}) } } : {}),
      });
      return true;
    });
    if (!isOver || !job) return;
    tell?.();
    const facts = { job: job.id, runId: run.runId, ms: now - run.claimedAt };
    if (failed) this.log.warn(facts, `a job failed: ${reason}`);
    else this.log.debug(facts, 'a job has run');
    await this.arm();
    this.announce(job, 'finished', {
      status: state,
      ...(reason ? { error: reason } : {}),
      ...(summary ? { summary } : {}),
      runAtMs: run.slot,
      durationMs: now - run.claimedAt,
    });
  }
}
