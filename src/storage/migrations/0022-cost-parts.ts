import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect';

const PARTS = ['input_micros', 'output_micros', 'cache_read_micros', 'cache_write_micros'] as const;

/** What of a call's cost is for which tokens. Calls of before have their total alone. */
export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  const integer = dialect === 'postgres' ? 'bigint' : 'integer';
  for (const part of PARTS)
    await db.schema
      .alterTable('usage_calls')
      .addColumn(part, integer, (column) => column.notNull().defaultTo(0))
      .execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  for (const part of PARTS) await db.schema.alterTable('usage_calls').dropColumn(part).execute();
}
