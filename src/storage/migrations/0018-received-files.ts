import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect';

/** Which files people have sent lie where, so that they can be counted, and removed after a while. */
export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  const whole = dialect === 'postgres' ? 'bigint' : 'integer';
  await db.schema
    .createTable('received_files')
    .addColumn('path', 'text', (column) => column.primaryKey())
    .addColumn('room', 'text', (column) => column.notNull())
    .addColumn('session_key', 'text', (column) => column.notNull())
    .addColumn('bytes', whole, (column) => column.notNull())
    .addColumn('received_at', whole, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('received_files_age').on('received_files').column('received_at').execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.dropTable('received_files').execute();
}
