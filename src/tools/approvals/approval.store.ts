import type { ExpressionBuilder, ExpressionWrapper, SqlBool, Transaction } from 'kysely';
import type { Clock } from '../../common/clock';
import type { GrantedRule } from '../../common/granted-rule';
import type { DatabaseService } from '../../storage/database.service';
import type { Schema } from '../../storage/schema';
import { type ApprovalDecision, PERMISSIONS, type Permission, isPermission } from './approval-decision';
import type { ApprovalBinding } from './approval-question';
import type { ApprovalRequest } from './approval-request';
import { type ApprovalRow, pendingOf } from './pending-approval';

/** Somebody else has decided meanwhile; nothing was written. */
export class DecidedMeanwhile extends Error {}

/**
 * Whether an answer holds for the conversation that it was given in. A command that is allowed always is in the owner's file,
 * and ends with its rule there.
 */
export const isForConversation = (
  eb: ExpressionBuilder<Schema, 'approvals'>,
): ExpressionWrapper<Schema, 'approvals', SqlBool> =>
  eb.and([
    eb.or([
      eb('approvals.decision', '=', 'allow-session'),
      eb.and([eb('approvals.decision', '=', 'allow-always'), eb('approvals.kind', '=', 'tool')]),
    ]),
    eb('approvals.state', 'in', ['decided', 'used']),
  ]);

/** Rows of approvals: one for each call that was asked for. */
export class ApprovalStore {
  constructor(
    private readonly database: DatabaseService,
    private readonly clock: Clock,
  ) {}

  write<T>(label: string, work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.database.write(label, work);
  }

  async insertIn(transaction: Transaction<Schema>, rows: readonly ApprovalRow[]): Promise<void> {
    await transaction.insertInto('approvals').values(rows).execute();
  }

  /** Closes rows whose time ran out while no process was there. Returns how many. */
  async expireStale(): Promise<number> {
    const now = this.clock.now();
    const rows = await this.database.write('approval.expire', (transaction) =>
      transaction
        .updateTable('approvals')
        .set({ state: 'expired', decision: 'deny', decided_at: now })
        .where('state', '=', 'pending')
        .where('expires_at', '<=', now)
        .returning('id')
        .execute(),
    );
    return rows.length;
  }

  /** Rows without an answer, oldest first. */
  async open(): Promise<ApprovalRow[]> {
    const rows = await this.database.read
      .selectFrom('approvals')
      .selectAll()
      .where('state', '=', 'pending')
      .orderBy('created_at')
      .orderBy('position')
      .execute();
    return this.readable(rows);
  }

  private readable(rows: readonly ApprovalRow[]): ApprovalRow[] {
    const told = this.database.readable('approvals', rows, ({ id }) => id, pendingOf);
    const ids = new Set(told.map(({ id }) => id));
    return rows.filter(({ id }) => ids.has(id));
  }

  /** Rows that have an end, the newest first. */
  async ended({ before, limit }: { before?: number; limit: number }): Promise<ApprovalRow[]> {
    const rows = await this.database.read
      .selectFrom('approvals')
      .selectAll()
      .where('state', '!=', 'pending')
      .$if(before !== undefined, (query) => query.where('created_at', '<', before ?? 0))
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(limit)
      .execute();
    return this.readable(rows);
  }

  /** Rows of one question, in order. */
  ofQuestion(questionId: string): Promise<ApprovalRow[]> {
    return this.database.read
      .selectFrom('approvals')
      .selectAll()
      .where('question_id', '=', questionId)
      .orderBy('position')
      .execute();
  }

  /** The row of an id, or all rows of a question, by the whole id or its beginning; none when that is not unique. */
  async find(id: string): Promise<ApprovalRow[]> {
    const wanted = id.trim().toLowerCase();
    if (!/^[0-9a-f-]{8,36}$/.test(wanted)) return [];
    const rows = await this.database.read
      .selectFrom('approvals')
      .selectAll()
      .where((eb) => eb.or([eb('id', 'like', `${wanted}%`), eb('question_id', 'like', `${wanted}%`)]))
      .orderBy('position')
      .limit(1000)
      .execute();
    const own = rows.filter((row) => row.id.startsWith(wanted));
    if (own.length > 0) return own.length === 1 && rows.length === 1 ? own : [];
    return new Set(rows.map((row) => row.question_id)).size === 1 ? rows : [];
  }

  byId(id: string): Promise<ApprovalRow | undefined> {
    return this.database.read.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** Those of some rows that are open no more. */
  closed(ids: readonly string[]): Promise<ApprovalRow[]> {
    return this.database.read
      .selectFrom('approvals')
      .selectAll()
      .where('id', 'in', ids)
      .where('state', '!=', 'pending')
      .execute();
  }

  ofCall(runId: string, callId: string): Promise<ApprovalRow[]> {
    return this.database.read
      .selectFrom('approvals')
      .selectAll()
      .where('run_id', '=', runId)
      .where('call_id', '=', callId)
      .execute();
  }

  /** What was asked already for exactly this, and is not used up. */
  async known(runId: string, { callId, fingerprint }: ApprovalBinding): Promise<ApprovalRow | undefined> {
    const rows = await this.ofCall(runId, callId);
    return rows.find((row) => row.fingerprint === fingerprint && row.state !== 'used');
  }

  /** Notes that the call itself has come to wait for the answer: from now on it runs by this approval or not at all. */
  async reach(id: string): Promise<void> {
    await this.database.write('approval.reach', (transaction) =>
      transaction.updateTable('approvals').set({ reached_at: this.clock.now() }).where('id', '=', id).execute(),
    );
  }

  /** What the answer to a call says of the end of its rule. */
  async ruleEndOf(runId: string, { callId, fingerprint }: ApprovalBinding): Promise<number | undefined> {
    const row = (await this.ofCall(runId, callId)).find((each) => each.fingerprint === fingerprint);
    return row && (JSON.parse(row.request) as ApprovalRequest).ruleExpiresAtMs;
  }

  /** Uses an approval up; false where there is none. */
  async take(runId: string, { callId, fingerprint }: ApprovalBinding): Promise<boolean> {
    const row = await this.database.write('approval.use', (transaction) =>
      transaction
        .updateTable('approvals')
        .set({ state: 'used' })
        .where('run_id', '=', runId)
        .where('call_id', '=', callId)
        .where('fingerprint', '=', fingerprint)
        .where('state', '=', 'decided')
        .where('decision', 'in', PERMISSIONS)
        .returning('id')
        .executeTakeFirst(),
    );
    return row !== undefined;
  }

  /**
   * How the target of a call was allowed for the rest of its conversation, or of the one in which a sub-agent was made; by
   * another answer than the one that the call itself waits for.
   * @param rules what the sub-agent was made with; a rule ends with the conversation that it was given for
   */
  async granted(
    { sessionId, target, callId, fingerprint }: ApprovalBinding,
    rules: readonly GrantedRule[] = [],
  ): Promise<Permission | undefined> {
    if (target === undefined) return undefined;
    const inherited = rules.flatMap((rule) => (rule.kind === 'session' ? rule.approvalId : []));
    const row = await this.database.read
      .selectFrom('approvals')
      .select('decision')
      .where((eb) =>
        eb.or([
          eb('session_id', '=', sessionId),
          ...(inherited.length === 0
            ? []
            : [
                eb.and([
                  eb('id', 'in', inherited),
                  eb.exists(
                    eb
                      .selectFrom('sessions')
                      .select('sessions.key')
                      .whereRef('sessions.session_id', '=', 'approvals.session_id'),
                  ),
                ]),
              ]),
        ]),
      )
      .where('target', '=', target)
      .where((eb) =>
        eb.not(eb.and([eb('call_id', '=', callId), eb('fingerprint', '=', fingerprint), eb('state', '=', 'decided')])),
      )
      .where(isForConversation)
      .executeTakeFirst();
    return row && isPermission(row.decision) ? row.decision : undefined;
  }

  /**
   * Writes one decision to rows that are still open: to all of them, or to none.
   * @param facts what whoever answered has added
   * @throws DecidedMeanwhile
   */
  async decide(
    rows: readonly ApprovalRow[],
    decision: ApprovalDecision,
    by: string,
    facts: Pick<ApprovalRequest, 'refusal' | 'ruleExpiresAtMs'>,
  ): Promise<void> {
    const hasFacts = Object.keys(facts).length > 0;
    await this.database.write('approval.close', async (transaction) => {
      for (const { id, request } of rows) {
        const noted = hasFacts && JSON.stringify({ ...(JSON.parse(request) as ApprovalRequest), ...facts });
        const row = await transaction
          .updateTable('approvals')
          .set({
            state: 'decided',
            decision,
            resolved_by: by,
            decided_at: this.clock.now(),
            ...(noted ? { request: noted } : {}),
          })
          .where('id', '=', id)
          .where('state', '=', 'pending')
          .returning('id')
          .executeTakeFirst();
        if (!row) throw new DecidedMeanwhile(id);
      }
    });
  }

  /** Closes a row without an answer, which is a no; undefined when it was not open any more. */
  expire(id: string): Promise<ApprovalRow | undefined> {
    return this.database.write('approval.close', (transaction) =>
      transaction
        .updateTable('approvals')
        .set({ state: 'expired', decision: 'deny', decided_at: this.clock.now() })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .returningAll()
        .executeTakeFirst(),
    );
  }
}
