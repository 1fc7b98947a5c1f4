import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { settlesWithin, sleep } from '../../common/sleep';
import { Slots } from '../../common/slots';
import { EventBus } from '../../events/event-bus';
import type { InboxRow } from '../../inbox/inbox-row';
import { InboxStore } from '../../inbox/inbox.store';
import { LaneService } from '../turns/lane.service';
import { PutAside, mayPutAside } from '../turns/put-aside.service';
import { TurnGate } from '../turns/turn-gate.service';
import type { AbortReason } from '../turns/turn-runner.service';
import { CommandRunner } from './command-runner.service';

/** Commands carried out at the same time, of all sessions; urgent ones beside them. */
const AT_ONCE = 8;
/** Wait before a session's commands are tried again that another process holds, or whose last try failed. */
const RETRY_MS = 1000;
/** What has waited for so long is carried out by whichever gateway sees it. */
const LEFT_MS = 1500;
/** What a command that was cut off gets to end. */
const CUT_MS = 1000;

interface Line {
  working: boolean;
  /** Something came in since the line last looked. */
  dirty: boolean;
  /** Tries in a row that failed. */
  failures: number;
}

/**
 * Commands of each session, one after the other in order of arrival, beside the turn that is running; sessions side by
 * side. Messages that came after a command wait for its end. Urgent commands wait for nothing.
 */
@Injectable()
export class CommandLane {
  private readonly log: Logger;
  private readonly lines = new Map<string, Line>();
  /** Being carried out now, by inbox row. */
  private readonly current = new Map<
    string,
    { sessionKey: string; control: AbortController; done: Promise<unknown> }
  >();
  private readonly slots = new Slots(() => AT_ONCE);
  private readonly stopping = new AbortController();

  constructor(
    private readonly inbox: InboxStore,
    private readonly runner: CommandRunner,
    private readonly lanes: LaneService,
    private readonly gate: TurnGate,
    private readonly putAside: PutAside,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('agent/commands');
  }

  /** Sessions in which a former process left commands. */
  recover(): Promise<string[]> {
    return this.inbox.sessionsWith('command');
  }

  /** Takes up what was left, then whatever comes in. */
  start(open: readonly string[]): void {
    this.events.on('command.accepted', ({ sessionKey, rowId, isUrgent }) => {
      if (isUrgent) void this.atOnce(rowId);
      else this.wake(sessionKey);
    });
    this.events.on('replicas.look', () => this.lookForLeft());
    for (const sessionKey of open) this.wake(sessionKey);
  }

  /** Sessions with commands that nobody carries out: their gateway is gone, or does not come to it. */
  private async lookForLeft(): Promise<void> {
    for (const sessionKey of await this.runner.left(Date.now() - LEFT_MS))
      if (!this.lines.has(sessionKey)) this.wake(sessionKey);
  }

  /** Tells the commands of a session that are being carried out to end, except urgent ones. Returns how many there were. */
  abort(sessionKey: string): number {
    const found = [...this.current.values()].filter((each) => each.sessionKey === sessionKey);
    for (const { control } of found) control.abort('stop' satisfies AbortReason);
    return found.length;
  }

  /** Nothing new; what is being carried out may end within `graceMs`, then it is cut off and stays in the journal. */
  async drain(graceMs: number): Promise<void> {
    this.stopping.abort();
    const ended = (): Promise<unknown> => Promise.allSettled([...this.current.values()].map(({ done }) => done));
    if (await settlesWithin(ended(), graceMs)) return;
    for (const { control } of this.current.values()) control.abort('shutdown' satisfies AbortReason);
    await settlesWithin(ended(), CUT_MS);
  }

  private wake(sessionKey: string): void {
    if (this.stopping.signal.aborted) return;
    let line = this.lines.get(sessionKey);
    if (!line) this.lines.set(sessionKey, (line = { working: false, dirty: false, failures: 0 }));
    line.dirty = true;
    if (!line.working) void this.work(sessionKey, line);
  }

  private async work(sessionKey: string, line: Line): Promise<void> {
    line.working = true;
    while (line.dirty && !this.stopping.signal.aborted) {
      line.dirty = false;
      try {
        const next = (await this.inbox.commands(sessionKey)).find(({ id }) => !this.current.has(id));
        if (!next) continue;
        // What another gateway carries out is its own; should it break off, the look around finds it.
        if ((await this.inPlace(next)) !== 'held') line.dirty = true;
        line.failures = 0;
      } catch (error) {
        line.dirty = true;
        this.log.error({ session: sessionKey, error }, `a command could not be carried out: ${messageOf(error)}`);
        if (mayPutAside(error, ++line.failures) && (await this.putAside.command(sessionKey, error))) {
          line.failures = 0;
          this.lanes.look(sessionKey);
        } else await sleep(RETRY_MS, this.stopping.signal);
      }
    }
    line.working = false;
    if (!line.dirty) this.lines.delete(sessionKey);
  }

  /** Carries a command out beside others, and not beside a turn that has to run alone. */
  private async inPlace(row: InboxRow): Promise<'done' | 'held'> {
    const { signal } = this.stopping;
    const release = await this.slots.take(signal);
    if (!release) return 'held';
    try {
      const leave = await this.gate.enter(signal);
      if (!leave) return 'held';
      try {
        return await this.carryOut(row);
      } finally {
        leave();
      }
    } finally {
      release();
    }
  }

  private async atOnce(rowId: string): Promise<void> {
    try {
      const row = await this.inbox.find(rowId);
      if (row?.state === 'command') await this.carryOut(row);
    } catch (error) {
      this.log.error({ row: rowId, error }, `a command could not be carried out at once: ${messageOf(error)}`);
      const row = await this.inbox.find(rowId).catch(() => undefined);
      if (row?.sessionKey) this.wake(row.sessionKey);
    }
  }

  private async carryOut(row: InboxRow): Promise<'done' | 'held'> {
    const sessionKey = row.sessionKey ?? '';
    const control = new AbortController();
    const done = this.runner.run(row, control.signal);
    const isUrgent = row.message.command?.isUrgent === true;
    this.current.set(row.id, { sessionKey: isUrgent ? '' : sessionKey, control, done });
    try {
      return await done;
    } finally {
      this.current.delete(row.id);
      // Messages that came after it need wait no longer.
      this.lanes.look(sessionKey);
    }
  }
}
