import type { Transaction } from 'kysely';
import { type BackoffPolicy, backoffDelay } from '../../common/backoff';
import { sleep } from '../../common/sleep';
import type { InboxRow } from '../../inbox/inbox-row';
import type { DatabaseService } from '../../storage/database.service';
import type { Lease } from '../../storage/lease';
import type { LeaseService } from '../../storage/lease.service';
import type { Schema } from '../../storage/schema';
import { isPassingFault } from '../../storage/storage-fault';
import type { LabelledResult } from '../../tools/agent-tool';
import type { StepFacts } from './stored-result';
import type { CommandOutput, ModelStepOutput, StepInput, TurnStep } from './turn-record';
import type { TurnStore } from './turn.store';

/** Pauses while the database is away; it is waited for until it is closed. */
const AGAIN: BackoffPolicy = { initialMs: 50, maxMs: 5000, factor: 2, jitter: 0.2 };

/** @param isLast whether the turn ends with it */
type JournalWrite = (transaction: Transaction<Schema>, isLast: boolean) => Promise<void>;

/**
 * The journal of one running turn. A step's end is written together with the start of the next step (or with the
 * turn's end), so that every side effect has a committed `started` before it and costs one disk sync. Each commit
 * checks the lane's fencing token: a process that lost the lane can't write.
 */
export class TurnJournal {
  private readonly waiting: JournalWrite[] = [];
  private next: number;
  private committing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: DatabaseService,
    private readonly leases: LeaseService,
    private readonly store: TurnStore,
    readonly runId: string,
    readonly lease: Lease,
    /** What a former attempt has left. */
    readonly steps: readonly TurnStep[],
    /** Number of the next new step. */
    next = (steps.at(-1)?.step ?? -1) + 1,
  ) {
    this.next = next;
  }

  /** Commits the start of a step. Returns its number. */
  async start(input: StepInput, reuse?: number): Promise<number> {
    const [step = -1] = await this.startAll([{ input, reuse }]);
    return step;
  }

  /** Commits the start of several steps at once. Returns their numbers. */
  async startAll(begun: readonly { input: StepInput; reuse: number | undefined }[]): Promise<number[]> {
    if (begun.length === 0) return [];
    const steps = begun.map(({ reuse }) => reuse ?? this.next++);
    await this.commit('turn.step', async (transaction) => {
      for (const [index, { input }] of begun.entries())
        await this.store.startStepIn(transaction, this.runId, steps[index] ?? -1, input);
    });
    return steps;
  }

  /** Commits what waits, before something else is written that follows from it. */
  async settle(): Promise<void> {
    if (this.waiting.length > 0) await this.commit('turn.step', () => Promise.resolve());
  }

  /**
   * Keeps the end of a step, and what belongs to it, for the next commit.
   * @param facts what of the output is kept where the turn ends with it: nobody goes on from there
   */
  finish(
    step: number,
    output: ModelStepOutput | LabelledResult | CommandOutput,
    together?: JournalWrite,
    facts?: StepFacts,
  ): void {
    this.waiting.push((transaction, isLast) =>
      this.store.finishStepIn(transaction, this.runId, step, isLast && facts ? facts : output),
    );
    if (together) this.waiting.push(together);
  }

  /** Commits that waiting messages became part of the turn. Returns those that were claimed. */
  async steer(claim: (transaction: Transaction<Schema>) => Promise<InboxRow[]>): Promise<InboxRow[]> {
    const step = this.next++;
    let taken: InboxRow[] = [];
    await this.commit('turn.steer', async (transaction) => {
      taken = await claim(transaction);
      await this.store.steerIn(
        transaction,
        this.runId,
        step,
        taken.map(({ id }) => id),
      );
    });
    return taken;
  }

  /** Runs the last commit of the turn: everything that waits, then `write`. It ends the lease. */
  async close(write: JournalWrite): Promise<void> {
    await this.commit('turn.close', write, true);
    this.leases.forget(this.lease);
  }

  /**
   * What waits stays in memory until it is on disk. A database that can't be reached or is busy is waited for: what was
   * paid for is not thrown away. Commits come one after the other, so that each takes what waits by then.
   */
  private async commit(label: string, write: JournalWrite, ends = false): Promise<void> {
    const before = this.committing;
    const work = before.then(() => this.commitNow(label, write, ends));
    this.committing = work.catch(() => undefined);
    await work;
  }

  private async commitNow(label: string, write: JournalWrite, ends: boolean): Promise<void> {
    const writes = [...this.waiting];
    for (let attempt = 0; ; attempt++) {
      try {
        await this.database.write(
          label,
          async (transaction) => {
            for (const earlier of writes) await earlier(transaction, ends);
            await write(transaction, ends);
          },
          { under: this.lease, ends },
        );
        break;
      } catch (error) {
        if (!isPassingFault(error)) throw error;
        await sleep(backoffDelay(AGAIN, attempt));
      }
    }
    this.waiting.splice(0, writes.length);
  }
}
