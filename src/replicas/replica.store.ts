import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { isPlainObject } from '../common/plain-object';
import { DatabaseService } from '../storage/database.service';
import { databaseNow } from '../storage/dialect';

/** What a gateway tells the others about itself. */
export interface ReplicaFacts {
  host: string;
  pid: number;
  version: string;
  /** Where its clients connect to, as it sees that itself. */
  port?: number;
  /** Identity of its state directory: gateways with the same one share their files. */
  stateId?: string;
  /** It takes nothing new any more. */
  draining?: true;
}

export interface Replica {
  id: string;
  facts: ReplicaFacts;
  /** Milliseconds since 1970, by the clock of the database. */
  startedAt: number;
  /** For how long it has not been heard of, in milliseconds. */
  silentForMs: number;
}

/** So long after it was last there the row of a gateway that ended without a word goes. */
const FORGET_MS = 24 * 3_600_000;

/** Rows of the `replicas` table. */
@Injectable()
export class ReplicaStore {
  constructor(private readonly database: DatabaseService) {}

  /** Notes that a gateway is there. */
  async present(id: string, facts: ReplicaFacts): Promise<void> {
    const now = databaseNow(this.database.dialect);
    await this.database.write('replica.present', (transaction) =>
      transaction
        .insertInto('replicas')
        .values({ id, facts: JSON.stringify(facts), started_at: now, seen_at: now })
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet((eb) => ({ facts: eb.ref('excluded.facts'), seen_at: eb.ref('excluded.seen_at') })),
        )
        .execute(),
    );
  }

  async gone(id: string): Promise<void> {
    await this.database.write('replica.gone', async (transaction) => {
      await transaction.deleteFrom('replicas').where('id', '=', id).execute();
      await transaction
        .deleteFrom('replicas')
        .where('seen_at', '<', sql<number>`${databaseNow(this.database.dialect)} - ${FORGET_MS}`)
        .execute();
    });
  }

  /** All that have not been silent for longer, oldest first. */
  async all(silentForMs: number): Promise<Replica[]> {
    const now = databaseNow(this.database.dialect);
    const rows = await this.database.read
      .selectFrom('replicas')
      .select(['id', 'facts', 'started_at', sql<number>`${now} - seen_at`.as('silent')])
      .where('seen_at', '>=', sql<number>`${now} - ${silentForMs}`)
      .orderBy('started_at')
      .orderBy('id')
      .execute();
    return this.database.readable(
      'replicas',
      rows,
      ({ id }) => id,
      ({ id, facts, started_at, silent }) => ({
        id,
        facts: factsOf(facts),
        startedAt: Number(started_at),
        silentForMs: Math.max(0, Number(silent)),
      }),
    );
  }
}

function factsOf(text: string): ReplicaFacts {
  const facts: unknown = JSON.parse(text);
  if (!isPlainObject(facts)) throw new Error('facts must be an object');
  return facts as unknown as ReplicaFacts;
}
