import { Injectable } from '@nestjs/common';
import { timerMs } from '../../common/sleep';
import { EventBus } from '../../events/event-bus';
import { InboxStore } from '../../inbox/inbox.store';
import type { TurnOutcomeKind, TurnResult } from './turn-record';
import { TurnStore } from './turn.store';

/** How often it is looked where another process may end a run, whose events may not come here. */
const LOOK_MS = 1000;

export interface RunOutcome {
  runId: string;
  state: 'waiting' | 'running' | 'ended';
  outcome?: TurnOutcomeKind | 'dropped';
  reason?: string;
  result?: TurnResult;
  sessionId?: string;
  startedAt?: number;
  endedAt?: number;
}

/** What became of a run, from the store: also after a restart, also for a message that another run answered. */
@Injectable()
export class RunOutcomeService {
  constructor(
    private readonly inbox: InboxStore,
    private readonly turns: TurnStore,
    private readonly events: EventBus,
  ) {}

  /** By our own id of the run; undefined for one that never was. */
  async find(runId: string): Promise<RunOutcome | undefined> {
    const row = await this.inbox.findByRun(runId);
    if (!row) return undefined;
    if (row.state === 'pending' || (row.state === 'command' && row.turnId === null)) return { runId, state: 'waiting' };
    const turn = await this.turns.find(row.turnId ?? runId);
    if (!turn) {
      const outcome = row.state === 'failed' || row.state === 'quarantined' ? 'failed' : 'dropped';
      return { runId, state: 'ended', outcome, ...(row.reason ? { reason: row.reason } : {}) };
    }
    if (turn.state === 'running') return { runId, state: 'running', startedAt: turn.startedAt };
    return {
      runId,
      state: 'ended',
      ...(turn.outcome ? { outcome: turn.outcome } : {}),
      ...(turn.reason ? { reason: turn.reason } : {}),
      ...(turn.result ? { result: turn.result } : {}),
      sessionId: turn.sessionId,
      startedAt: turn.startedAt,
      ...(turn.endedAt === null ? {} : { endedAt: turn.endedAt }),
    };
  }

  /**
   * Waits for the end of a run; undefined when the time is over first or the signal aborts.
   * @param run our own id of it, or what finds that: it may not have come in yet
   */
  async wait(
    run: string | (() => Promise<string | undefined>),
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<RunOutcome | undefined> {
    let runId = typeof run === 'string' ? run : undefined;
    const find = async (): Promise<RunOutcome | undefined> => {
      if (typeof run === 'function') runId ??= await run();
      return runId === undefined ? undefined : this.find(runId);
    };
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        clearInterval(looking);
        for (const unsubscribe of listening) unsubscribe();
        signal?.removeEventListener('abort', stop);
      };
      const settle = (outcome: RunOutcome | undefined): void => {
        end();
        resolve(outcome);
      };
      const stop = (): void => settle(undefined);
      const look = (): void => {
        find().then(
          (outcome) => (outcome?.state === 'ended' ? settle(outcome) : undefined),
          (error: unknown) => {
            end();
            reject(error instanceof Error ? error : new Error(String(error)));
          },
        );
      };
      const timer = setTimeout(stop, timerMs(timeoutMs));
      const looking = this.turns.isShared ? setInterval(look, LOOK_MS) : undefined;
      const listening = [
        this.events.on(
          'turn.closed',
          ({ runIds }) => {
            if (runId === undefined || runIds.includes(runId)) look();
          },
          'anywhere',
        ),
        this.events.on(
          'command.closed',
          (closed) => {
            if (runId === undefined || closed.runId === runId) look();
          },
          'anywhere',
        ),
      ];
      signal?.addEventListener('abort', stop, { once: true });
      if (signal?.aborted) stop();
      else look();
    });
  }
}
