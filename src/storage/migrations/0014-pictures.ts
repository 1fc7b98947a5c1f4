import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect';

/** Pictures by their content, each once, and which message, step or conversation holds which. */
export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('blobs')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('bytes', dialect === 'postgres' ? 'bytea' : 'blob', (column) => column.notNull())
    .addColumn('created_at', dialect === 'postgres' ? 'bigint' : 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('blob_refs')
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('blob_refs_pk', ['owner', 'hash'])
    .execute();
  // Both are behind the bytes in a row.
  await db.schema.createIndex('blobs_created').on('blobs').columns(['created_at', 'hash']).execute();
  await db.schema.createIndex('blob_refs_hash').on('blob_refs').column('hash').execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.dropTable('blob_refs').execute();
  await db.schema.dropTable('blobs').execute();
}
