import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../storage/database.service';

/** A run as people look for it. */
export interface RunSummary {
  /** What clients call it; `openclaw trace` takes it. */
  id: string;
  sessionKey: string | null;
  /** Channel and account that it came from. */
  origin: string;
  kind: 'turn' | 'command';
  /** `set aside`: it could not be worked on. */
  state: 'waiting' | 'running' | 'answered' | 'failed' | 'dropped';
  /** Milliseconds since 1970. */
  receivedAt: number;
  startedAt?: number;
  endedAt?: number;
  /** Pick-ups after a crash. */
  pickedUp?: number;
  /** Why it failed or was dropped. */
  error?: string;
}

export interface RunFilter {
  limit: number;
  sessionKey?: string;
  state?: RunSummary['state'];
}

const STATES: Readonly<Record<RunSummary['state'], readonly string[]>> = {
  waiting: ['pending', 'command'],
  running: ['running', 'command'],
  answered: ['answered'],
  failed: ['failed', 'quarantined'],
  dropped: ['dropped'],
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
        'turns.kind',
        'turns.outcome',
        'turns.reason as turn_reason',
        'turns.attempt',
        'turns.started_at',
        'turns.ended_at',
      ])
      .where('inbox.state', 'in', [...new Set(states)] as never)
      .$if(sessionKey !== undefined, (query) => query.where('inbox.session_key', '=', sessionKey ?? ''))
      .$if(state === 'waiting', (query) => query.where('inbox.turn_id', 'is', null))
      .$if(state === 'running', (query) => query.where('inbox.turn_id', 'is not', null))
      .orderBy('inbox.seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => {
      const isOpen = row.state === 'pending' || row.state === 'command' || row.state === 'running';
      const open = row.turn_id === null ? 'waiting' : 'running';
      const error = row.outcome === 'reply' || row.outcome === 'silent' ? null : (row.turn_reason ?? row.reason);
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
      };
    });
  }
}
