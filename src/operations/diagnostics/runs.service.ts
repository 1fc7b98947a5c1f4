import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { beginningOf } from '../../inbox/inbox-row';
import { DatabaseService } from '../../storage/database.service';
import type { RunSummary } from './trace-facts';

export interface RunFilter {
  limit: number;
  sessionKey?: string;
  state?: RunSummary['state'] | 'undelivered';
}

/** In the words of the indexes that hold nothing else, however much went well. */
const GIVEN_UP = sql<boolean>`outbox.state in ('failed', 'uncertain')`;
const FAILED = sql<boolean>`inbox.state in ('failed', 'quarantined')`;

const STATES: Readonly<Record<NonNullable<RunFilter['state']>, readonly string[]>> = {
  waiting: ['pending', 'command'],
  running: ['running', 'command'],
  answered: ['answered'],
  failed: ['failed', 'quarantined'],
  dropped: ['dropped'],
  undelivered: ['answered'],
};

/** Runs from what is on disk: each message that came in, with what became of it. */
@Injectable()
export class RunsService {
  constructor(private readonly database: DatabaseService) {}

  /** The latest, newest first; messages that nobody answered only where they are asked for. */
  async list({ limit, sessionKey, state }: RunFilter): Promise<RunSummary[]> {
    const states = state
      ? STATES[state]
      : Object.values(STATES)
          .flat()
          .filter((each) => each !== 'dropped');
    const rows = await this.database.read
      .selectFrom('inbox')
      .leftJoin('turns', 'turns.run_id', 'inbox.turn_id')
      .select([
        'inbox.run_id',
        'inbox.run_name',
        'inbox.session_key',
        'inbox.channel',
        'inbox.account',
        'inbox.state',
        'inbox.reason',
        'inbox.received_at',
        'inbox.turn_id',
        'inbox.payload',
        'turns.kind',
        'turns.outcome',
        'turns.reason as turn_reason',
        'turns.attempt',
        'turns.started_at',
        'turns.ended_at',
      ])
      .select((eb) => [
        eb
          .selectFrom('outbox')
          .select((count) => count.fn.countAll().as('parts'))
          .whereRef('outbox.run_id', '=', 'inbox.turn_id')
          .where(GIVEN_UP)
          .as('undelivered'),
        eb
          .selectFrom('outbox')
          .select('outbox.error')
          .whereRef('outbox.run_id', '=', 'inbox.turn_id')
          .where(GIVEN_UP)
          .orderBy('outbox.part')
          .limit(1)
          .as('delivery_error'),
      ])
      .where('inbox.state', 'in', [...new Set(states)] as never)
      .$if(state === 'undelivered', (query) =>
        query.where((eb) => eb('inbox.turn_id', 'in', eb.selectFrom('outbox').select('outbox.run_id').where(GIVEN_UP))),
      )
      .$if(sessionKey !== undefined, (query) => query.where('inbox.session_key', '=', sessionKey ?? ''))
      .$if(state === 'waiting', (query) => query.where('inbox.turn_id', 'is', null))
      .$if(state === 'failed', (query) => query.where(FAILED))
      .$if(state === 'running', (query) =>
        query.where((eb) =>
          eb('inbox.turn_id', 'in', eb.selectFrom('turns').select('turns.run_id').where('turns.state', '=', 'running')),
        ),
      )
      .orderBy('inbox.seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => {
      const isOpen = row.state === 'pending' || row.state === 'command' || row.state === 'running';
      const open = row.turn_id === null ? 'waiting' : 'running';
      const undelivered = Number(row.undelivered ?? 0);
      const isDone = row.outcome === 'reply' || row.outcome === 'silent';
      const error = isDone ? row.delivery_error : (row.turn_reason ?? row.reason);
      return {
        id: row.run_name ?? row.run_id,
        sessionKey: row.session_key,
        origin: `${row.channel}/${row.account}`,
        kind: row.kind === 'command' || row.state === 'command' ? 'command' : 'turn',
        state: isOpen ? open : row.state === 'quarantined' ? 'failed' : (row.state as RunSummary['state']),
        receivedAt: Number(row.received_at),
        ...(row.started_at === null ? {} : { startedAt: Number(row.started_at) }),
        ...(row.ended_at === null ? {} : { endedAt: Number(row.ended_at) }),
        ...(row.attempt !== null && Number(row.attempt) > 1 ? { pickedUp: Number(row.attempt) - 1 } : {}),
        ...(isOpen || error === null ? {} : { error }),
        ...(undelivered > 0 ? { undelivered } : {}),
        ...beginningOf(row),
      };
    });
  }
}
