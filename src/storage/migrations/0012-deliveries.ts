import { type Kysely, sql } from 'kysely';

/** Most tries of a message whose outcome could not be found out, in the releases before. */
const FORMER_TRIES = 8;

/**
 * How far the search for a message has come, how many copies of it there may be, and an end of its own for one that
 * nobody can find out about.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('outbox').addColumn('searched', 'text').execute();
  await db.schema
    .alterTable('outbox')
    .addColumn('copies', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`update outbox set copies = attempts where state = 'unknown'`.execute(db);
  await sql`update outbox set state = 'uncertain', mark = null where state = 'unknown' and attempts >= ${FORMER_TRIES}`.execute(
    db,
  );
  await sql`create index outbox_marked on outbox (channel, account, target) where mark is not null`.execute(db);
  await sql`create index outbox_platform_id on outbox (channel, account, platform_id) where platform_id is not null`.execute(
    db,
  );
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.dropIndex('outbox_platform_id').execute();
  await db.schema.dropIndex('outbox_marked').execute();
  await sql`update outbox set state = 'unknown' where state = 'uncertain'`.execute(db);
  await db.schema.alterTable('outbox').dropColumn('copies').execute();
  await db.schema.alterTable('outbox').dropColumn('searched').execute();
}
