import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { shortId } from '../../common/short-id';
import { beginningOf } from '../../inbox/inbox-row';
import { DatabaseService } from '../../storage/database.service';
import { canRunAgain } from './run-again.service';
import type { Trace, TraceHop, TraceSpan } from './trace-facts';
import { type TraceRows, spansOf } from './trace-spans';

/** Fewer characters of an id say too little. */
const SHORTEST = 4;
const MOST_MEANT = 10;

/** Follows a message through inbox, turn, steps and outbox, from what is on disk. */
@Injectable()
export class TraceService {
  constructor(private readonly database: DatabaseService) {}

  /** By message id of the platform, inbox id, run id, outbox id or platform id of an answer. Undefined when unknown. */
  async find(id: string): Promise<Trace | undefined> {
    const { read } = this.database;
    const inbox = await read
      .selectFrom('inbox')
      .selectAll()
      .where((eb) =>
        eb.or([eb('external_id', '=', id), eb('id', '=', id), eb('run_id', '=', id), eb('run_name', '=', id)]),
      )
      .orderBy('seq')
      .executeTakeFirst();
    if (inbox) return this.trace(id, inbox.turn_id ?? inbox.run_id, inbox.session_key);
    const part = await read
      .selectFrom('outbox')
      .select('run_id')
      .where((eb) => eb.or([eb('id', '=', id), eb('platform_id', '=', id)]))
      .executeTakeFirst();
    if (part) return this.trace(id, part.run_id, null);
    const turn = await read.selectFrom('turns').select('run_id').where('run_id', '=', id).executeTakeFirst();
    return turn && this.trace(id, turn.run_id, null);
  }

  /** Own ids that begin like what somebody has typed; few are enough to say that it may be several. */
  async beginningWith(typed: string): Promise<string[]> {
    if (typed.length < SHORTEST) return [];
    const { read } = this.database;
    const pattern = `${typed.replace(/[\\%_]/g, '\\$&')}%`;
    const [messages, runs, parts] = await Promise.all([
      read
        .selectFrom('inbox')
        .select(['id', 'run_id', 'run_name'])
        .where(
          sql<boolean>`(id like ${pattern} escape '\\' or run_id like ${pattern} escape '\\' or run_name like ${pattern} escape '\\')`,
        )
        .limit(MOST_MEANT)
        .execute(),
      read
        .selectFrom('turns')
        .select('run_id')
        .where(sql<boolean>`run_id like ${pattern} escape '\\'`)
        .limit(MOST_MEANT)
        .execute(),
      read
        .selectFrom('outbox')
        .select('id')
        .where(sql<boolean>`id like ${pattern} escape '\\'`)
        .limit(MOST_MEANT)
        .execute(),
    ]);
    const ids = [...messages.flatMap((row) => [row.run_name, row.run_id, row.id]), ...runs.map((row) => row.run_id)];
    const all = [...ids, ...parts.map(({ id }) => id)];
    return [...new Set(all.filter((id): id is string => id?.startsWith(typed) === true))];
  }

  private async trace(id: string, runId: string, sessionKey: string | null): Promise<Trace> {
    const { read } = this.database;
    const [rows, turn, steps, approvals, parts] = await Promise.all([
      read
        .selectFrom('inbox')
        .selectAll()
        .where((eb) => eb.or([eb('turn_id', '=', runId), eb('run_id', '=', runId)]))
        .orderBy('seq')
        .execute(),
      read.selectFrom('turns').selectAll().where('run_id', '=', runId).executeTakeFirst(),
      read.selectFrom('turn_steps').selectAll().where('run_id', '=', runId).orderBy('step').execute(),
      read.selectFrom('approvals').selectAll().where('run_id', '=', runId).orderBy('created_at').execute(),
      read
        .selectFrom('outbox')
        .selectAll()
        .where('run_id', 'in', [runId, `pairing:${runId}`])
        .orderBy('part')
        .execute(),
    ]);
    const found: TraceRows = { inbox: rows, turn, steps, approvals, parts };
    const spans = spansOf(found);
    const first = rows[0] && beginningOf(rows[0]);
    return {
      id,
      runId,
      sessionKey: turn?.session_key ?? sessionKey,
      ...verdictOf(found, spans),
      ...(first?.sender === undefined ? {} : { sender: first.sender }),
      text: first?.text ?? '',
      hops: hopsOf(found),
      spans,
    };
  }
}

/** What became of it, and why. */
function verdictOf(
  { inbox, turn, parts }: TraceRows,
  spans: readonly TraceSpan[],
): Pick<Trace, 'state' | 'cause' | 'canRunAgain'> {
  const because = (cause: string | null | undefined): { cause?: string } => (cause ? { cause } : {});
  const mayRunAgain = inbox.some(canRunAgain);
  const givenUp = parts.find(({ state }) => state === 'failed' || state === 'uncertain');
  const waits = spans.find(({ kind, state }) => kind === 'approval' && state === 'open');
  const [row] = inbox;
  if (turn?.state === 'running')
    return { state: 'running', canRunAgain: mayRunAgain, ...because(waits && `${waits.name} waits for a decision`) };
  if (turn?.outcome === 'failed') return { state: 'failed', canRunAgain: mayRunAgain, ...because(turn.reason) };
  if (givenUp) return { state: 'undelivered', canRunAgain: mayRunAgain, ...because(givenUp.error) };
  if (row?.state === 'quarantined' || row?.state === 'failed')
    return { state: 'failed', canRunAgain: mayRunAgain, ...because(row.reason) };
  if (row?.state === 'dropped')
    return { state: 'dropped', canRunAgain: mayRunAgain, ...because(row.reason ?? turn?.reason) };
  if (row && !turn) return { state: 'waiting', canRunAgain: mayRunAgain };
  return { state: 'answered', canRunAgain: mayRunAgain };
}

function hopsOf({ inbox, turn, steps, approvals, parts }: TraceRows): TraceHop[] {
  const hops: TraceHop[] = [];
  for (const row of inbox) {
    hops.push({ at: row.received_at, hop: 'received', detail: `${row.channel}/${row.account} ${row.external_id}` });
    if (row.state !== 'pending' && row.state !== 'running') {
      hops.push({ at: row.updated_at, hop: row.state, detail: row.reason ?? row.external_id });
    }
  }
  if (turn) {
    hops.push({
      at: turn.started_at,
      hop: 'turn started',
      detail: `session ${turn.session_key}${turn.attempt > 1 ? `, picked up ${turn.attempt - 1} times after a crash` : ''}`,
    });
    if (turn.ended_at !== null)
      hops.push({
        at: turn.ended_at,
        hop: 'turn ended',
        detail: `${turn.outcome}${turn.reason ? `: ${turn.reason}` : ''}`,
      });
  }
  for (const step of steps) {
    hops.push({ at: step.started_at, hop: `${step.kind} started`, detail: `step ${step.step} ${step.name}` });
    if (step.finished_at !== null)
      hops.push({ at: step.finished_at, hop: `${step.kind} finished`, detail: `step ${step.step} ${step.name}` });
  }
  for (const { id: approvalId, created_at, decided_at, decision, resolved_by, state, request } of approvals) {
    const { tool, reason } = JSON.parse(request) as { tool: string; reason: string };
    const name = `approval ${shortId(approvalId)}`;
    hops.push({ at: created_at, hop: 'waits for approval', detail: `${name} of ${tool}: ${reason}` });
    if (decided_at !== null)
      hops.push({
        at: decided_at,
        hop: state === 'expired' ? 'approval expired' : 'approval decided',
        detail: `${name}: ${decision ?? 'deny'}${resolved_by ? ` by ${resolved_by}` : ''}`,
      });
  }
  for (const part of parts) {
    hops.push({
      at: part.created_at,
      hop: 'part queued',
      detail: `part ${part.part} to ${part.channel}/${part.account} ${part.target}`,
    });
    if (part.state !== 'pending') {
      const outcome = part.platform_id ? `platform id ${part.platform_id}` : (part.error ?? '');
      hops.push({
        at: part.updated_at,
        hop: `part ${part.state}`,
        detail: `part ${part.part}, ${part.attempts} attempts ${outcome}`.trim(),
      });
    }
  }
  return hops.sort((a, b) => a.at - b.at);
}
