import { join } from 'node:path';
import { Injectable, Optional } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { readBoundedFile } from '../../common/bounded-file';
import { cutText } from '../../common/cut-text';
import { isReallyWithin } from '../../common/paths/path-place';
import { LaneService } from '../../agent/turns/lane.service';
import { TurnStore } from '../../agent/turns/turn.store';
import { Clock, systemClock } from '../../common/clock';
import type { DeliveryRoute } from '../../common/delivery-route';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { timerMs } from '../../common/sleep';
import { decodeOwnText } from '../../common/text/decode-text';
import { zonedTime } from '../../common/zoned-time';
import { ConfigService } from '../../config/config.service';
import { userTimeZone } from '../../config/user-zone';
import { mainSessionKey } from '../../config/main-session';
import { EventBus } from '../../events/event-bus';
import { InboxService } from '../../inbox/inbox.service';
import { InboxStore } from '../../inbox/inbox.store';
import { Leader } from '../../replicas/leader.service';
import { canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { type SystemEvent, SystemEventStore } from '../../sessions/system-event.store';
import { worstOrigin } from '../../tools/provenance/taint';
import { WorkspaceService } from '../../workspace/workspace.service';
import { type HeartbeatPlan, hasContent, heartbeatPlan, heartbeatPlans, isActive } from '../../agent/heartbeat-plan';
import { type HeartbeatOutcome, type HeartbeatState, HeartbeatStore } from './heartbeat.store';

const TIMER = 'heartbeat';
const CHANNEL = 'heartbeat';
/** Wishes for a heartbeat that come together are one. */
const WAKE_MS = 250;
/** Wait for a conversation in which something goes on. */
const BUSY_MS = 1000;
/** How often a gateway looks whether the times are its to keep, while another one has them. */
const FOLLOW_MS = 3000;
const SAME_TEXT_MS = 24 * 3_600_000;
const PREVIEW_CHARS = 200;
/** A larger HEARTBEAT.md holds no tasks. */
const MAX_TASKS_BYTES = 1024 * 1024;

/**
 * Lets the assistant look around by itself: at intervals while there is something to look after, and when something
 * waits for it. Without either it costs nothing.
 */
@Injectable()
export class HeartbeatService {
  private readonly log: Logger;
  private readonly states = new Map<string, HeartbeatState>();
  private readonly woken = new Map<string, NodeJS.Timeout>();
  private startedAt = 0;
  private running = false;
  private switchedOff = false;
  /** Whether the times were this gateway's to keep when it last looked. */
  private led = false;
  private last: HeartbeatOutcome | undefined;

  constructor(
    private readonly store: HeartbeatStore,
    private readonly events: SystemEventStore,
    private readonly inbox: InboxService,
    private readonly rows: InboxStore,
    private readonly turns: TurnStore,
    private readonly lanes: LaneService,
    private readonly sessions: SessionStore,
    private readonly workspaces: WorkspaceService,
    private readonly config: ConfigService,
    private readonly bus: EventBus,
    private readonly leader: Leader,
    private readonly scheduler: SchedulerRegistry,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.log = loggers.child('heartbeat');
  }

  async start(): Promise<void> {
    this.running = true;
    this.startedAt = this.clock.now();
    await this.load();
    this.led = this.leader.leads;
    this.bus.on('turn.closed', ({ runIds }) => void this.closed(runIds), 'anywhere');
    this.bus.on('heartbeat.wake', ({ agentId, reason }) => this.wake(agentId, reason));
    for (const state of this.states.values()) if (state.runId) await this.finish(state);
    this.arm();
  }

  private async load(): Promise<void> {
    for (const state of await this.store.all()) {
      this.states.set(state.agentId, state);
      if (state.outcome && state.outcome.ts > (this.last?.ts ?? 0)) this.last = state.outcome;
    }
  }

  stop(): void {
    this.running = false;
    for (const timer of this.woken.values()) clearTimeout(timer);
    this.woken.clear();
    this.disarm();
  }

  /** Whether intervals are kept at all. */
  get enabled(): boolean {
    return !this.switchedOff;
  }

  switch(enabled: boolean): void {
    this.switchedOff = !enabled;
    this.arm();
  }

  /** What the last one came to, of all agents. */
  get lastOutcome(): HeartbeatOutcome | undefined {
    return this.last;
  }

  /** Sets the timer to the next one that is due; to be called after each change of the configuration. */
  arm(): void {
    if (!this.running) return;
    this.disarm();
    if (this.switchedOff) return;
    const due = heartbeatPlans(this.config.config).flatMap((plan) => (plan.everyMs > 0 ? [this.dueAt(plan)] : []));
    if (due.length === 0) return;
    const ms = this.leader.leads ? timerMs(Math.min(...due) - this.clock.now()) : FOLLOW_MS;
    const timer = setTimeout(() => void this.tick(), ms);
    timer.unref();
    this.scheduler.addTimeout(TIMER, timer);
  }

  /** A heartbeat soon, because something waits. */
  wake(agentId: string, reason: string, afterMs = WAKE_MS): void {
    if (!this.running || this.woken.has(agentId)) return;
    const timer = setTimeout(() => {
      this.woken.delete(agentId);
      void this.beat(heartbeatPlan(this.config.config, agentId), reason).catch((error: unknown) =>
        this.log.error({ agent: agentId, error }, `a heartbeat failed: ${messageOf(error)}`),
      );
    }, afterMs);
    this.woken.set(agentId, timer.unref());
  }

  /** A moment that is still to come is one from before the clock was set back: it says nothing of how long ago it was. */
  private dueAt({ agentId, everyMs }: HeartbeatPlan): number {
    const now = this.clock.now();
    const past = [this.states.get(agentId)?.lastRunAt ?? 0, this.startedAt].filter((at) => at > 0 && at <= now);
    return past.length === 0 ? now : Math.max(...past) + everyMs;
  }

  private disarm(): void {
    if (this.scheduler.doesExist('timeout', TIMER)) this.scheduler.deleteTimeout(TIMER);
  }

  private async tick(): Promise<void> {
    this.disarm();
    if (!(await this.mayKeepTime())) return this.arm();
    const now = this.clock.now();
    for (const plan of heartbeatPlans(this.config.config)) {
      if (plan.everyMs === 0 || this.dueAt(plan) > now) continue;
      await this.beat(plan, 'interval').catch((error: unknown) =>
        this.log.error({ agent: plan.agentId, error }, `a heartbeat failed: ${messageOf(error)}`),
      );
    }
    this.arm();
  }

  /** Of several gateways one keeps the times; who takes that over first learns what the one before it has done. */
  private async mayKeepTime(): Promise<boolean> {
    const led = this.led;
    this.led = this.leader.leads;
    if (!this.led || led) return this.led;
    try {
      await this.load();
    } catch (error) {
      this.led = false;
      this.log.warn({ error: messageOf(error) }, 'the last heartbeats could not be read');
    }
    return false;
  }

  /** One heartbeat, or the reason why there is none. */
  private async beat(plan: HeartbeatPlan, reason: string): Promise<void> {
    const { config } = this.config;
    const now = this.clock.now();
    const isWake = reason !== 'interval';
    const sessionKey = plan.session
      ? canonicalSessionKey(config, plan.session, plan.agentId)
      : mainSessionKey(config, plan.agentId);
    const waiting = await this.events.waiting(sessionKey);
    if (isWake && waiting.length === 0) return;
    const userZone = userTimeZone(config);
    if (!isWake && !isActive(plan.activeHours, now, userZone)) return this.skip(plan, 'quiet-hours');
    if (this.lanes.activeRunIds(sessionKey).length > 0) return this.wait(plan, reason, waiting);
    if (waiting.length === 0 && !this.hasTasks(plan.agentId)) return this.skip(plan, 'nothing to look after');
    await this.run(plan, sessionKey, waiting, now);
  }

  /** Something goes on in the conversation: what waits is told a moment later, a mere look around after it. */
  private wait(plan: HeartbeatPlan, reason: string, waiting: readonly SystemEvent[]): Promise<void> {
    if (waiting.length > 0) this.wake(plan.agentId, reason === 'interval' ? 'requests-in-flight' : reason, BUSY_MS);
    return this.skip(plan, 'requests-in-flight');
  }

  private hasTasks(agentId: string): boolean {
    const workspace = this.workspaces.pathOf(agentId);
    const path = join(workspace, 'HEARTBEAT.md');
    const content = isReallyWithin(workspace, path) ? readBoundedFile(path, MAX_TASKS_BYTES) : undefined;
    return content !== undefined && hasContent(decodeOwnText(content));
  }

  private async run(
    plan: HeartbeatPlan,
    sessionKey: string,
    waiting: readonly SystemEvent[],
    now: number,
  ): Promise<void> {
    const { agentId } = plan;
    const before = this.states.get(agentId);
    const route = await this.routeOf(plan, sessionKey);
    const runId = `heartbeat:${agentId}:${now}`;
    const isRecent = before?.lastText !== undefined && now - (before.lastTextAt ?? 0) < SAME_TEXT_MS;
    const origin = worstOrigin(
      waiting.map((event) => event.origin),
      'gateway',
    );
    const state: HeartbeatState = { ...before, agentId, lastRunAt: now, runId };
    await this.inbox.accept(
      {
        channel: CHANNEL,
        account: 'default',
        externalId: runId,
        sessionKey,
        runId,
        message: {
          text: textOf(plan, waiting, this.hasTasks(agentId), userTimeZone(this.config.config)),
          isOwner: true,
          isSystemEvent: true,
          heartbeat: {
            ackMaxChars: plan.ackMaxChars,
            ...(waiting.length === 0 ? { isLook: true } : {}),
            ...(isRecent && before.lastText ? { notAgain: before.lastText } : {}),
          },
          ...(plan.model ? { model: plan.model } : {}),
          origin,
          ...(route ? { route } : {}),
        },
      },
      async (transaction) => {
        await this.events.removeIn(transaction, waiting);
        await this.store.saveIn(transaction, state);
      },
    );
    this.states.set(agentId, state);
  }

  /** Where its answer goes; undefined: nowhere but into the conversation. */
  private async routeOf(plan: HeartbeatPlan, sessionKey: string): Promise<DeliveryRoute | undefined> {
    if (plan.target === 'none') return undefined;
    const session = await this.sessions.find(sessionKey);
    const account = session?.lastAccountId ?? 'default';
    if (plan.target !== 'last' && plan.to) return { channel: plan.target, account: 'default', to: plan.to };
    if (!session?.lastChannel || !session.lastTo) return undefined;
    if (plan.target !== 'last' && plan.target !== session.lastChannel) return undefined;
    return {
      channel: session.lastChannel,
      account,
      to: plan.to ?? session.lastTo,
      ...(session.lastThreadId && !plan.to ? { threadId: session.lastThreadId } : {}),
    };
  }

  private async closed(runIds: readonly string[]): Promise<void> {
    for (const state of this.states.values()) {
      if (!state.runId || !runIds.includes(state.runId)) continue;
      await this.finish(state).catch((error: unknown) =>
        this.log.error({ runId: state.runId }, `the end of a heartbeat could not be noted: ${messageOf(error)}`),
      );
    }
  }

  /** Notes what a heartbeat came to; one that goes on is left alone. */
  private async finish(state: HeartbeatState): Promise<void> {
    const row = await this.rows.findByRun(state.runId ?? '');
    const turn = row?.turnId ? await this.turns.find(row.turnId) : undefined;
    if (turn?.state !== 'closed' && row?.state !== 'dropped') return;
    const now = this.clock.now();
    const route = row?.message.route;
    const text = turn?.result?.payloads.map((payload) => payload.text).join('\n\n') ?? '';
    const base = { ts: now, agentId: state.agentId, durationMs: now - state.lastRunAt };
    const place = route ? { channel: route.channel, to: route.to } : {};
    const { runId: _, ...ended } = state;
    if (turn?.outcome === 'reply') {
      const preview = { preview: cutText(text, PREVIEW_CHARS) };
      await this.note(
        { ...ended, lastText: text, lastTextAt: now },
        route
          ? { ...base, ...place, ...preview, status: 'sent', indicatorType: 'alert' }
          : { ...base, ...preview, status: 'skipped', reason: 'no-target' },
      );
    } else if (turn?.outcome === 'silent') {
      const isToken = turn.reason === 'HEARTBEAT_OK';
      await this.note(
        ended,
        turn.reason === 'duplicate'
          ? { ...base, ...place, status: 'skipped', reason: 'duplicate' }
          : { ...base, ...place, status: isToken ? 'ok-token' : 'ok-empty', silent: true, indicatorType: 'ok' },
      );
    } else {
      const reason = turn?.result?.error ?? turn?.reason ?? row?.reason ?? 'it came to no end';
      await this.note(ended, { ...base, ...place, status: 'failed', reason, indicatorType: 'error' });
    }
  }

  private async note(state: HeartbeatState, outcome: HeartbeatOutcome): Promise<void> {
    const next = { ...state, outcome };
    await this.store.save(next);
    this.states.set(state.agentId, next);
    this.last = outcome;
    this.bus.emit('wire.event', { event: 'heartbeat', payload: outcome });
  }

  /** Kept for whoever asks why nothing happened; nobody is told by himself, and it costs no write. */
  private skip(plan: HeartbeatPlan, reason: string): Promise<void> {
    const now = this.clock.now();
    const before = this.states.get(plan.agentId);
    this.states.set(plan.agentId, { ...before, agentId: plan.agentId, lastRunAt: now });
    this.last = { ts: now, agentId: plan.agentId, status: 'skipped', reason };
    this.log.debug({ agent: plan.agentId, reason }, 'no heartbeat');
    return Promise.resolve();
  }
}

function textOf(plan: HeartbeatPlan, waiting: readonly SystemEvent[], hasTasks: boolean, zone: string): string {
  const events = waiting.map(({ text, createdAt }) => `[${zonedTime(createdAt, zone)}] ${text}`);
  const parts = [
    ...(events.length > 0 ? ['[from the gateway] What happened:', ...events] : []),
    ...(hasTasks ? [plan.prompt] : []),
    ...(events.length > 0 && !hasTasks
      ? ['Do what this calls for and tell your person what they should know; if there is nothing, answer HEARTBEAT_OK.']
      : []),
  ];
  return parts.join('\n\n');
}
