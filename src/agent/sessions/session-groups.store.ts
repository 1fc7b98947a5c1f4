import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { DatabaseService } from '../../storage/database.service';
import type { Schema } from '../../storage/schema';

export interface SessionGroup {
  name: string;
  position: number;
}

/** Groups that people keep their sessions in, in their order; those that only sessions name come behind. */
@Injectable()
export class SessionGroupsStore {
  constructor(private readonly database: DatabaseService) {}

  async list(): Promise<SessionGroup[]> {
    const [made, used] = [
      await this.database.read
        .selectFrom('session_groups')
        .select('name')
        .orderBy('position')
        .orderBy('name')
        .execute(),
      await this.database.read
        .selectFrom('sessions')
        .select('category')
        .distinct()
        .where('category', 'is not', null)
        .orderBy('category')
        .execute(),
    ];
    const names = new Set([...made.map(({ name }) => name), ...used.flatMap(({ category }) => category ?? [])]);
    return [...names].map((name, position) => ({ name, position }));
  }

  /** All groups, in their order; sessions in others stay in them. */
  put(names: readonly string[]): Promise<void> {
    return this.database.write('session-groups.put', async (transaction) => {
      await transaction.deleteFrom('session_groups').execute();
      const rows = [...new Set(names)].map((name, position) => ({ name, position }));
      if (rows.length > 0) await transaction.insertInto('session_groups').values(rows).execute();
    });
  }

  /** @returns keys of the sessions that were in it */
  rename(name: string, to: string): Promise<string[]> {
    return this.database.write('session-groups.rename', async (transaction) => {
      const old = await transaction
        .deleteFrom('session_groups')
        .where('name', '=', name)
        .returning('position')
        .executeTakeFirst();
      if (old)
        await transaction
          .insertInto('session_groups')
          .values({ name: to, position: old.position })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .execute();
      return this.moveIn(transaction, name, to);
    });
  }

  /** @returns keys of the sessions that were in it, and are in none now */
  delete(name: string): Promise<string[]> {
    return this.database.write('session-groups.delete', async (transaction) => {
      await transaction.deleteFrom('session_groups').where('name', '=', name).execute();
      return this.moveIn(transaction, name, null);
    });
  }

  private async moveIn(transaction: Transaction<Schema>, name: string, to: string | null): Promise<string[]> {
    const moved = await transaction
      .updateTable('sessions')
      .set({ category: to })
      .where('category', '=', name)
      .returning('key')
      .execute();
    return moved.map(({ key }) => key);
  }
}
