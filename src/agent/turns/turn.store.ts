import { Injectable, Optional } from '@nestjs/common';
import type { RawBuilder, Selectable, SqlBool, Transaction } from 'kysely';
import { Clock, systemClock } from '../../common/clock';
import { fillPictures, packPicturesIn } from '../../sessions/picture-store';
import type { TranscriptEvent, TranscriptMessage } from '../../sessions/transcript-event';
import type { LabelledResult } from '../../tools/agent-tool';
import { DatabaseService } from '../../storage/database.service';
import { unavailable } from '../../rpc/rpc-error';
import { writeLater } from '../../storage/later-writes';
import { type Lease, isFree } from '../../storage/lease';
import type { Schema, TurnTable } from '../../storage/schema';
import { laneNameOf } from './lane-name';
import { type StepFacts, type StoredResult, packResult, unpackResult } from './stored-result';
import { stepFromRow, storedRequest, turnFromRow } from './turn-rows';
import type {
  CommandOutput,
  ModelStepOutput,
  StepInput,
  TurnOutcomeKind,
  TurnRecord,
  TurnRequest,
  TurnResult,
  TurnStep,
} from './turn-record';

export interface NewTurn {
  runId: string;
  kind: TurnRecord['kind'];
  sessionKey: string;
  sessionId: string;
  agentId: string;
  request: TurnRequest;
  fence: number;
}

/** Rows of `turns` and `turn_steps`: the journal from which a cut-off turn goes on. */
@Injectable()
export class TurnStore {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  async insertIn(transaction: Transaction<Schema>, turn: NewTurn): Promise<TurnRecord> {
    const now = this.clock.now();
    const row: Selectable<TurnTable> = {
      run_id: turn.runId,
      kind: turn.kind,
      session_key: turn.sessionKey,
      session_id: turn.sessionId,
      agent_id: turn.agentId,
      state: 'running',
      outcome: null,
      reason: null,
      result: null,
      request: JSON.stringify(storedRequest(turn)),
      attempt: 1,
      alone: 0,
      fence: turn.fence,
      stop_asked: null,
      started_at: now,
      deadline_at: now + turn.request.timeoutMs,
      ended_at: null,
    };
    await writeLater(transaction, `turns ${turn.runId}`, transaction.insertInto('turns').values(row));
    return turnFromRow(row);
  }

  /**
   * Counts another pick-up after a crash; the time the gateway was away is not the turn's. Returns the new deadline;
   * undefined when the turn has ended meanwhile.
   */
  async reattemptIn(
    transaction: Transaction<Schema>,
    turn: TurnRecord,
    fence: number,
    isAlone: boolean,
  ): Promise<number | undefined> {
    const deadlineAt = this.clock.now() + turn.request.timeoutMs;
    const row = await transaction
      .updateTable('turns')
      .set((eb) => ({
        attempt: eb('attempt', '+', 1),
        alone: eb('alone', '+', isAlone ? 1 : 0),
        fence,
        deadline_at: deadlineAt,
      }))
      .where('run_id', '=', turn.runId)
      .where('state', '=', 'running')
      .returning('run_id')
      .executeTakeFirst();
    return row && deadlineAt;
  }

  /** Takes a pick-up back that a shutdown cut off: it was not the turn's fault. */
  async forgive(runId: string, lease: Lease, isAlone: boolean): Promise<void> {
    await this.database.write(
      'turn.forgive',
      (transaction) =>
        transaction
          .updateTable('turns')
          .set((eb) => ({ attempt: eb('attempt', '-', 1), alone: eb('alone', '-', isAlone ? 1 : 0) }))
          .where('run_id', '=', runId)
          .where('state', '=', 'running')
          .execute(),
      { under: lease, ends: true },
    );
  }

  async find(runId: string): Promise<TurnRecord | undefined> {
    const row = await this.database.read.selectFrom('turns').selectAll().where('run_id', '=', runId).executeTakeFirst();
    if (!row) return undefined;
    const turn = turnFromRow(row);
    if (row.result !== null)
      turn.result = await this.resultOf(row.session_id, JSON.parse(row.result) as StoredResult, turn);
    return turn;
  }

  private async resultOf(
    sessionId: string,
    stored: StoredResult,
    { startedAt, endedAt }: TurnRecord,
  ): Promise<TurnResult> {
    const said =
      stored.said === undefined
        ? undefined
        : await this.database.read
            .selectFrom('transcript_events')
            .select('payload')
            .where('session_id', '=', sessionId)
            .where('seq', '=', stored.said)
            .executeTakeFirst();
    const { message } = (said ? JSON.parse(said.payload) : {}) as { message?: TranscriptMessage };
    return unpackResult(stored, message, (endedAt ?? startedAt) - startedAt);
  }

  /** The turn of a session that has not ended, if any. */
  async findRunning(sessionKey: string): Promise<TurnRecord | undefined> {
    const row = await this.database.read
      .selectFrom('turns')
      .selectAll()
      .where('session_key', '=', sessionKey)
      .where('state', '=', 'running')
      .where('kind', '=', 'turn')
      .executeTakeFirst();
    return row && turnFromRow(row);
  }

  async isRunningIn(transaction: Transaction<Schema>, sessionKey: string): Promise<boolean> {
    const row = await transaction
      .selectFrom('turns')
      .select('run_id')
      .where('session_key', '=', sessionKey)
      .where('state', '=', 'running')
      .where('kind', '=', 'turn')
      .executeTakeFirst();
    return row !== undefined;
  }

  /**
   * For changes of a session's conversation: a turn may go on in another process, or have begun before it was known that
   * none should. Who holds the session's row is told for certain, for a turn begins under it.
   * @throws RpcError UNAVAILABLE where a turn of the session has not ended
   */
  readonly requireIdleIn = async (transaction: Transaction<Schema>, sessionKey: string): Promise<void> => {
    if (await this.isRunningIn(transaction, sessionKey)) throw unavailable(`session ${sessionKey} is still active`);
  };

  /** Asks whoever runs a turn, or will take it up, to end it. */
  async askToStop(runId: string, reason: string): Promise<void> {
    await this.database.write('turn.ask-stop', (transaction) =>
      transaction
        .updateTable('turns')
        .set({ stop_asked: reason })
        .where('run_id', '=', runId)
        .where('state', '=', 'running')
        .execute(),
    );
  }

  /** Turns that somebody wants to end, with the reason. */
  async askedToStop(): Promise<{ runId: string; reason: string }[]> {
    const rows = await this.database.read
      .selectFrom('turns')
      .select(['run_id', 'stop_asked'])
      .where('state', '=', 'running')
      .where('stop_asked', 'is not', null)
      .execute();
    return rows.map((row) => ({ runId: row.run_id, reason: row.stop_asked ?? '' }));
  }

  /** Whether other processes may have turns of the same sessions. */
  get isShared(): boolean {
    return this.database.dialect === 'postgres';
  }

  /**
   * Sessions in which there is something to do while nobody holds their lane: a turn was cut off, or messages have been
   * waiting since then.
   */
  async left(waitsSince: number): Promise<{ sessionKey: string; isCutOff: boolean }[]> {
    const free = (column: string): RawBuilder<SqlBool> => isFree(laneNameOf(column), this.database.dialect);
    const [cutOff, waiting] = await Promise.all([
      this.database.read
        .selectFrom('turns')
        .select('session_key')
        .distinct()
        .where('state', '=', 'running')
        .where('kind', '=', 'turn')
        .where(free('turns.session_key'))
        .execute(),
      this.database.read
        .selectFrom('inbox')
        .select('session_key')
        .distinct()
        .where('state', '=', 'pending')
        .where('session_key', 'is not', null)
        .where('received_at', '<', waitsSince)
        .where(free('inbox.session_key'))
        .execute(),
    ]);
    const keys = cutOff.map((row) => row.session_key);
    return [
      ...keys.map((sessionKey) => ({ sessionKey, isCutOff: true })),
      ...waiting.flatMap(({ session_key: key }) =>
        key === null || keys.includes(key) ? [] : [{ sessionKey: key, isCutOff: false }],
      ),
    ];
  }

  /** The id of that turn alone, also where nothing else of it can be read. */
  async runningId(sessionKey: string): Promise<string | undefined> {
    const row = await this.database.read
      .selectFrom('turns')
      .select('run_id')
      .where('session_key', '=', sessionKey)
      .where('state', '=', 'running')
      .where('kind', '=', 'turn')
      .executeTakeFirst();
    return row?.run_id;
  }

  /** Ends a turn that can be neither gone on with nor closed as others are. */
  async giveUpIn(transaction: Transaction<Schema>, runId: string, reason: string): Promise<void> {
    await transaction
      .updateTable('turns')
      .set({ state: 'closed', outcome: 'failed', reason, ended_at: this.clock.now() })
      .where('run_id', '=', runId)
      .where('state', '=', 'running')
      .execute();
  }

  async sessionsWithRunning(): Promise<string[]> {
    const rows = await this.database.read
      .selectFrom('turns')
      .select('session_key')
      .distinct()
      .where('state', '=', 'running')
      .where('kind', '=', 'turn')
      .execute();
    return rows.map((row) => row.session_key);
  }

  /** When the last step of a turn began or ended. */
  async lastSign(runId: string): Promise<number | undefined> {
    const row = await this.database.read
      .selectFrom('turn_steps')
      .select((eb) => [eb.fn.max('started_at').as('started'), eb.fn.max('finished_at').as('ended')])
      .where('run_id', '=', runId)
      .executeTakeFirst();
    const last = Math.max(Number(row?.started ?? 0), Number(row?.ended ?? 0));
    return last > 0 ? last : undefined;
  }

  async steps(runId: string): Promise<TurnStep[]> {
    const rows = await this.database.read
      .selectFrom('turn_steps')
      .selectAll()
      .where('run_id', '=', runId)
      .orderBy('step')
      .execute();
    const steps = rows.map(stepFromRow);
    await fillPictures(
      this.database.read,
      `turn:${runId}`,
      steps.flatMap((step) => (step.kind === 'tool' && step.output ? [step.output.content] : [])),
    );
    return steps;
  }

  async startStepIn(transaction: Transaction<Schema>, runId: string, step: number, input: StepInput): Promise<void> {
    const now = this.clock.now();
    const values = {
      run_id: runId,
      step,
      kind: input.kind,
      name: input.name,
      call_id: input.kind === 'tool' ? input.callId : null,
      state: 'started' as const,
      input: input.kind === 'model' ? null : JSON.stringify(input.args),
      output: null,
      idempotent: input.kind === 'model' || input.idempotent ? 1 : 0,
      started_at: now,
      finished_at: null,
    };
    await writeLater(
      transaction,
      `turn_steps ${runId} ${step}`,
      transaction
        .insertInto('turn_steps')
        .values(values)
        .onConflict((conflict) =>
          conflict.columns(['run_id', 'step']).doUpdateSet({ name: input.name, started_at: now }),
        ),
    );
  }

  async finishStepIn(
    transaction: Transaction<Schema>,
    runId: string,
    step: number,
    output: ModelStepOutput | LabelledResult | CommandOutput | StepFacts,
  ): Promise<void> {
    let packed: object = output;
    if ('content' in output) {
      const parts: readonly { type: string }[] = output.content;
      packed = { ...output, content: await packPicturesIn(transaction, `turn:${runId}`, parts) };
    }
    await writeLater(
      transaction,
      `turn_steps ${runId} ${step}`,
      transaction
        .updateTable('turn_steps')
        .set({ state: 'finished', output: JSON.stringify(packed), finished_at: this.clock.now() })
        .where('run_id', '=', runId)
        .where('step', '=', step),
    );
  }

  /** Notes that waiting messages were put into the running turn. */
  async steerIn(
    transaction: Transaction<Schema>,
    runId: string,
    step: number,
    rowIds: readonly string[],
  ): Promise<void> {
    const now = this.clock.now();
    await transaction
      .insertInto('turn_steps')
      .values({
        run_id: runId,
        step,
        kind: 'steer',
        name: 'steer',
        call_id: null,
        state: 'finished',
        input: null,
        output: JSON.stringify({ rowIds }),
        idempotent: 1,
        started_at: now,
        finished_at: now,
      })
      .execute();
  }

  /** @param said the last event that the turn has added to its conversation: what it says is not kept a second time */
  async closeIn(
    transaction: Transaction<Schema>,
    runId: string,
    outcome: TurnOutcomeKind,
    reason: string | null,
    result: TurnResult,
    said?: TranscriptEvent,
  ): Promise<void> {
    const stored = JSON.stringify(packResult(result, said));
    await writeLater(
      transaction,
      `turns ${runId}`,
      transaction
        .updateTable('turns')
        .set({ state: 'closed', outcome, reason, result: stored, ended_at: this.clock.now() })
        .where('run_id', '=', runId),
    );
  }
}
