import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { settlesWithin, sleep } from '../../common/sleep';
import { ConfigService } from '../../config/config.service';
import type { QueueMode } from '../../config/sections/messages.config';
import { EventBus } from '../../events/event-bus';
import type { InboxRow } from '../../inbox/inbox-row';
import { InboxStore, MOST_WAITING, type WaitingName } from '../../inbox/inbox.store';
import { isJobKey } from '../../sessions/session-key';
import type { LiveText } from '../runtime/run-announcer';
import { NextTurn } from './next-turn.service';
import { type EffectiveQueueMode, untilComplete } from './queue-plan';
import { Slots } from '../../common/slots';
import { type Lane, newLane } from './lane';
import { LanePauses } from './lane-pauses';
import { PutAside, mayPutAside } from './put-aside.service';
import { StopRequests } from './stop-requests.service';
import { Suspects } from './suspects.service';
import { type Leave, TurnGate } from './turn-gate.service';
import { type AbortReason, TurnRunner } from './turn-runner.service';
import { namesOf } from './turn-record';
import type { StartedTurn } from './turn-starter.service';
import { TurnStore } from './turn.store';

const DEFAULT_CONCURRENCY = 4;
/** Wait before a session is tried again whose last try failed. */
const RETRY_MS = 1000;
/** What a turn that was cut off gets to write its end into the journal. */
const CUT_MS = 1000;
/** Until it is looked again whether a turn has been put on disk, or has been ended by another process. */
const STARTS_MS = 10;
const ENDS_MS = 100;
/** What has waited for so long without anybody at work is taken up by whichever gateway sees it. */
const LEFT_MS = 1500;

/** One turn at a time in each session, in order of arrival; sessions side by side up to the configured number. */
@Injectable()
export class LaneService {
  private readonly log: Logger;
  private readonly lanes = new Map<string, Lane>();
  private readonly slots = new Slots(() => this.concurrency);
  /** Further places that jobs need, so that many of them leave some for people. */
  private readonly jobSlots = new Slots(() => this.config.config.cron?.maxConcurrentRuns ?? Infinity);
  private readonly pauses = new LanePauses();
  private readonly stopping = new AbortController();
  private started = false;
  /** Ends of turns that are being waited for, by session. */
  private readonly endings = new Map<string, Promise<void>>();

  constructor(
    private readonly inbox: InboxStore,
    private readonly turns: TurnStore,
    private readonly next: NextTurn,
    private readonly runner: TurnRunner,
    private readonly gate: TurnGate,
    private readonly suspects: Suspects,
    private readonly putAside: PutAside,
    private readonly stops: StopRequests,
    private readonly config: ConfigService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.log = loggers.child('agent/lanes');
  }

  /** Sessions in which a former process left a turn or waiting messages. */
  async recover(): Promise<string[]> {
    await this.suspects.acquit();
    return [...new Set([...(await this.turns.sessionsWithRunning()), ...(await this.inbox.sessionsWith('pending'))])];
  }

  /** Takes up what was left, then whatever comes in. */
  start(open: readonly string[]): void {
    this.events.on('inbox.accepted', ({ sessionKey, queueMode }) => this.accepted(sessionKey, queueMode));
    this.events.on(
      'inbox.accepted',
      ({ sessionKey, queueMode }) => this.acceptedElsewhere(sessionKey, queueMode),
      'elsewhere',
    );
    this.events.on('lanes.left', ({ sessionKeys }) => sessionKeys.forEach((key) => this.look(key)), 'elsewhere');
    this.events.on('replicas.look', () => this.lookForLeft());
    this.started = true;
    for (const sessionKey of open) this.wake(sessionKey, true);
  }

  /** Runs that are going on. */
  activeRunIds(sessionKey?: string): string[] {
    return [...this.lanes.values()]
      .filter((lane) => sessionKey === undefined || lane.sessionKey === sessionKey)
      .flatMap((lane) => [...(lane.current?.request.runIds ?? [])]);
  }

  /** Turns that may run side by side. */
  get concurrency(): number {
    return this.config.config.agents?.defaults?.maxConcurrent ?? DEFAULT_CONCURRENCY;
  }

  /** Sessions with a turn under way, or with something that waits for one. */
  workingSessions(): string[] {
    return [...this.lanes.values()].filter((lane) => lane.working).map((lane) => lane.sessionKey);
  }

  /** Runs that are going on, by the names that clients have for them. */
  activeRunNames(sessionKey?: string): string[] {
    return [...this.lanes.values()]
      .filter((lane) => sessionKey === undefined || lane.sessionKey === sessionKey)
      .flatMap((lane) => (lane.current ? namesOf(lane.current.request) : []));
  }

  /** Sessions in which something runs or waits for its turn. */
  activeKeys(): string[] {
    return [...this.lanes.values()].filter(({ working }) => working).map(({ sessionKey }) => sessionKey);
  }

  /** Session of a run that is going on, by the name that clients have for it. */
  keyOfRun(runName: string): string | undefined {
    for (const { current, sessionKey } of this.lanes.values())
      if (current && namesOf(current.request).includes(runName)) return sessionKey;
    return undefined;
  }

  /** What the running turn of a session has said and thought so far. */
  liveOf(sessionKey: string): LiveText | undefined {
    return this.runner.liveOf(sessionKey);
  }

  /** Sessions with a turn under way, and those that wait for a place or for more to come. */
  counts(): { active: number; waiting: number } {
    const working = [...this.lanes.values()].filter((lane) => lane.working);
    const active = working.filter((lane) => lane.current).length;
    return { active, waiting: working.length - active };
  }

  /**
   * Ends waiting messages and commands of a session without a turn. Returns the names of their runs.
   * @param isMeant only those of which this is true
   */
  async dropWaiting(
    sessionKey: string,
    reason: string,
    isMeant: (row: WaitingName) => boolean = () => true,
  ): Promise<string[]> {
    const waiting = (await this.inbox.waitingNames(sessionKey)).filter(isMeant);
    const dropped: string[] = [];
    for (const { id } of waiting) dropped.push(...(await this.next.drop(id, reason)));
    return dropped;
  }

  /**
   * Stops the running turn of a session.
   * @param run only where it is this one, by our id or by the name that clients have for it
   * @returns the names of the runs that were stopped
   */
  abort(sessionKey: string, run: string | undefined, reason: AbortReason): string[] {
    const current = this.lanes.get(sessionKey)?.current;
    if (!current) return [];
    const names = namesOf(current.request);
    if (run !== undefined && !names.includes(run) && !current.request.runIds.includes(run)) return [];
    current.control.abort(reason);
    return names;
  }

  /** Looks again whether a session has something to do. */
  look(sessionKey: string): void {
    this.wake(sessionKey, true);
  }

  /** Does something while no turn of a session is begun; what comes in for it meanwhile waits. */
  paused<T>(sessionKey: string, work: () => Promise<T>): Promise<T> {
    return this.pauses.during(sessionKey, work);
  }

  /** As {@link abort}; where this process does not run it, whoever does, or takes it up, is asked to. */
  async stop(sessionKey: string, run: string | undefined, reason: AbortReason): Promise<string[]> {
    while (this.lanes.get(sessionKey)?.isStarting && !this.stopping.signal.aborted)
      await sleep(STARTS_MS, this.stopping.signal);
    const names = this.abort(sessionKey, run, reason);
    return names.length > 0 ? names : this.stops.ask(sessionKey, run, reason);
  }

  /**
   * Ends the turn of a session, whoever runs it; one that was cut off is closed here. To be called while the session is
   * {@link paused}: resolves when none is open, or the pause is over.
   */
  endTurn(sessionKey: string): Promise<void> {
    let ending = this.endings.get(sessionKey);
    if (!ending) {
      ending = this.endNow(sessionKey).finally(() => this.endings.delete(sessionKey));
      this.endings.set(sessionKey, ending);
    }
    return ending;
  }

  private async endNow(sessionKey: string): Promise<void> {
    while (this.pauses.has(sessionKey) && !this.stopping.signal.aborted) {
      const lane = this.lanes.get(sessionKey);
      if (lane?.current) {
        lane.current.control.abort('stop' satisfies AbortReason);
        await Promise.race([lane.current.ended, sleep(RETRY_MS, this.stopping.signal)]);
      } else if (lane?.isStarting) await sleep(STARTS_MS, this.stopping.signal);
      else if ((await this.turns.runningId(sessionKey)) === undefined) return;
      else if (!(await this.closeCutOff(sessionKey))) await sleep(ENDS_MS, this.stopping.signal);
    }
  }

  /** Closes the turn of a session that nobody runs. @returns whether nobody did; else whoever does is asked to end it */
  private async closeCutOff(sessionKey: string): Promise<boolean> {
    try {
      const cutOff = await this.turns.findRunning(sessionKey);
      const start = cutOff ? await this.next.resume(cutOff, false) : 'nothing';
      if (start === 'held') await this.stops.ask(sessionKey, undefined, 'stop' satisfies AbortReason);
      if (typeof start === 'string') return start !== 'held';
      const control = new AbortController();
      control.abort('stop' satisfies AbortReason);
      await this.runner.run(start.turn, control, start.mode);
      return true;
    } catch (error) {
      this.log.error({ session: sessionKey, error }, `a turn could not be ended: ${messageOf(error)}`);
      return mayPutAside(error, Infinity) && (await this.putAside.next(sessionKey, error));
    }
  }

  /** No new turns; running ones may end within `graceMs`, then they are cut off and stay in the journal. */
  async drain(graceMs: number): Promise<void> {
    this.stopping.abort();
    const working = (): Lane[] => [...this.lanes.values()].filter((lane) => lane.current);
    const deadline = performance.now() + graceMs;
    while (working().length > 0 && performance.now() < deadline) await sleep(20);
    const cut = working();
    for (const lane of cut) lane.current?.control.abort('shutdown' satisfies AbortReason);
    if (cut.length > 0)
      this.log.info({ turns: cut.length }, 'running turns were cut off; they go on at the next start');
    const left = this.workingSessions();
    await settlesWithin(Promise.allSettled([...this.lanes.values()].map((lane) => lane.done)), CUT_MS);
    if (left.length > 0) this.events.emit('lanes.left', { sessionKeys: left });
  }

  private accepted(sessionKey: string, asked: QueueMode | undefined): void {
    const lane = this.lanes.get(sessionKey);
    if ((asked ?? lane?.current?.mode) === 'interrupt') lane?.current?.control.abort('interrupt' satisfies AbortReason);
    this.wake(sessionKey);
  }

  /** Another gateway has taken something in: whoever has the session takes it up, or is interrupted by it. */
  private acceptedElsewhere(sessionKey: string, asked: QueueMode | undefined): void {
    if (this.lanes.has(sessionKey)) this.accepted(sessionKey, asked);
  }

  /** Sessions in which there is something to do that nobody does: their gateway is gone, or has too much to do. */
  private async lookForLeft(): Promise<void> {
    const waitsSince = this.clock.now() - LEFT_MS;
    for (const { sessionKey, isCutOff } of await this.turns.left(waitsSince))
      if (!this.lanes.get(sessionKey)?.working) this.wake(sessionKey, isCutOff);
  }

  private wake(sessionKey: string, mayBeCutOff = false): void {
    if (this.stopping.signal.aborted || !this.started) return;
    let lane = this.lanes.get(sessionKey);
    if (!lane) this.lanes.set(sessionKey, (lane = newLane(sessionKey)));
    lane.dirty = true;
    lane.mayBeCutOff ||= mayBeCutOff;
    if (lane.working) return;
    lane.working = true;
    lane.done = this.work(lane).finally(() => {
      lane.working = false;
      if (lane.dirty && !this.stopping.signal.aborted) this.wake(sessionKey);
      else if (!lane.dirty) this.lanes.delete(sessionKey);
    });
    lane.done.catch(() => undefined);
  }

  private async work(lane: Lane): Promise<void> {
    let hasJustRun = false;
    let failures = 0;
    while (!this.stopping.signal.aborted) {
      lane.dirty = false;
      try {
        const ran = await this.runNext(lane, hasJustRun);
        failures = 0;
        if (ran === 'idle') return;
        // Whoever holds it looks once more when its turn is over, and for what it leaves there is the look around.
        if (ran === 'held' && !lane.dirty) return;
        hasJustRun = ran === 'ran';
        // Whatever comes in from here on makes it dirty; what another process has taken in meanwhile stands in the table.
        if (hasJustRun && !lane.dirty && !lane.hasRest && !this.turns.isShared) return;
      } catch (error) {
        lane.mayBeCutOff = true;
        this.log.error({ session: lane.sessionKey, error }, `a session could not be worked on: ${messageOf(error)}`);
        if (mayPutAside(error, ++failures) && (await this.putAside.next(lane.sessionKey, error))) failures = 0;
        else await sleep(RETRY_MS, this.stopping.signal);
      }
    }
  }

  /** Runs one turn of a lane, if there is one to run. */
  private async runNext(lane: Lane, hasJustRun: boolean): Promise<'ran' | 'again' | 'held' | 'idle'> {
    const { sessionKey } = lane;
    await this.pauses.over(sessionKey);
    const cutOff = lane.mayBeCutOff ? await this.turns.findRunning(sessionKey) : undefined;
    if (!cutOff) lane.mayBeCutOff = false;
    let waiting: InboxRow[] = [];
    if (!cutOff) {
      waiting = await this.inbox.ready(sessionKey);
      if (waiting.length === 0) return lane.dirty ? 'again' : 'idle';
      const rest = untilComplete(waiting, this.clock.now());
      if (rest > 0) {
        await sleep(rest, this.stopping.signal);
        return 'again';
      }
      const debounce = hasJustRun ? await this.next.restOfDebounce(sessionKey, waiting) : 0;
      if (debounce > 0) {
        await sleep(debounce);
        return 'again';
      }
    }
    const isSuspect = cutOff !== undefined && this.suspects.has(cutOff);
    if (isSuspect) await sleep(this.suspects.restOf(cutOff), this.stopping.signal);
    const leave = await this.enter(sessionKey, isSuspect);
    if (!leave) return 'idle';
    try {
      if (this.pauses.has(sessionKey)) return 'again';
      lane.isStarting = true;
      // Where it had to wait for its place more may have come.
      if (!cutOff && lane.dirty) waiting = await this.inbox.ready(sessionKey);
      if (!cutOff && this.stopping.signal.aborted) return 'idle';
      const started = await (cutOff ? this.next.resume(cutOff, isSuspect) : this.next.begin(sessionKey, waiting));
      if (started === 'nothing') return 'again';
      if (started === 'held') return 'held';
      if (started === 'running') {
        lane.mayBeCutOff = true;
        return 'again';
      }
      const isCounted = cutOff === undefined && waiting.length < MOST_WAITING;
      lane.hasRest = !isCounted || waiting.length > started.turn.rows.length;
      await this.runTurn(lane, started.turn, started.mode);
      return 'ran';
    } finally {
      lane.isStarting = false;
      leave();
    }
  }

  /** A place for a turn; undefined where the gateway stops first. */
  private async enter(sessionKey: string, isAlone: boolean): Promise<Leave | undefined> {
    const { signal } = this.stopping;
    if (isAlone) return this.gate.enterAlone(signal);
    const held: Leave[] = [];
    const leave = (): void => held.splice(0).forEach((release) => release());
    const places = [
      ...(isJobKey(sessionKey) ? [() => this.jobSlots.take(signal)] : []),
      () => this.slots.take(signal),
      () => this.gate.enter(signal),
    ];
    for (const take of places) {
      const release = await take();
      if (!release) {
        leave();
        return undefined;
      }
      held.unshift(release);
    }
    return leave;
  }

  private async runTurn(lane: Lane, started: StartedTurn, mode: EffectiveQueueMode): Promise<void> {
    const control = new AbortController();
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    lane.current = { request: started.turn.request, control, mode, ended };
    lane.isStarting = false;
    const { runId, stopAsked } = started.turn;
    if (stopAsked !== undefined) control.abort(stopAsked);
    const unwatch = this.stops.watch(runId, control);
    try {
      const ending = await this.runner.run(started, control, mode);
      // Who has taken it over may break off as well.
      if (ending === 'lost') lane.mayBeCutOff = lane.hasRest = true;
    } finally {
      unwatch();
      delete lane.current;
      end();
    }
  }
}
