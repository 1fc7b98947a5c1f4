import { Injectable } from '@nestjs/common';
import { EventBus } from '../../events/event-bus';
import { InboxStore } from '../../inbox/inbox.store';
import type { TurnOutcomeKind, TurnResult } from './turn-record';
import { TurnStore } from './turn.store';

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

  /** Undefined for a run that never was. */
  async find(runId: string): Promise<RunOutcome | undefined> {
    const row = await this.inbox.findByRun(runId);
    if (!row) return undefined;
    if (row.state === 'pending') return { runId, state: 'waiting' };
    const turn = await this.turns.find(row.turnId ?? runId);
    if (!turn) return { runId, state: 'ended', outcome: 'dropped', ...(row.reason ? { reason: row.reason } : {}) };
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

  /** Waits for the end of a run; undefined when the time is over first or the signal aborts. */
  async wait(runId: string, timeoutMs: number, signal?: AbortSignal): Promise<RunOutcome | undefined> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: RunOutcome | undefined): void => {
        clearTimeout(timer);
        unsubscribe();
        signal?.removeEventListener('abort', stop);
        resolve(outcome);
      };
      const stop = (): void => settle(undefined);
      const look = (): void => {
        this.find(runId).then((outcome) => {
          if (outcome?.state === 'ended') settle(outcome);
        }, reject);
      };
      const timer = setTimeout(stop, timeoutMs);
      const unsubscribe = this.events.on('turn.closed', ({ runIds }) => {
        if (runIds.includes(runId)) look();
      });
      signal?.addEventListener('abort', stop, { once: true });
      look();
    });
  }
}
