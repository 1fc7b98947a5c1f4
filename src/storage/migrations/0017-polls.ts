import type { Kysely, SchemaModule } from 'kysely';
import type { Dialect } from '../dialect';

/** Polls of the assistant with what they ask and where they stand, and who voted for what: the platform tells each once. */
export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  const schema: SchemaModule = db.schema;
  const ms = dialect === 'postgres' ? 'bigint' : 'integer';
  await schema
    .createTable('channel_polls')
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('poll_id', 'text', (column) => column.notNull())
    .addColumn('route', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('updated_at', ms, (column) => column.notNull())
    .addPrimaryKeyConstraint('channel_polls_pk', ['channel', 'account', 'poll_id'])
    .execute();
  await schema.createIndex('channel_polls_updated').on('channel_polls').column('updated_at').execute();
  await schema
    .createTable('channel_poll_votes')
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('poll_id', 'text', (column) => column.notNull())
    .addColumn('voter_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('choices', 'text', (column) => column.notNull())
    .addColumn('voted_at', ms, (column) => column.notNull())
    .addPrimaryKeyConstraint('channel_poll_votes_pk', ['channel', 'account', 'poll_id', 'voter_id'])
    .execute();
  await schema.createIndex('channel_poll_votes_voted').on('channel_poll_votes').column('voted_at').execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.dropTable('channel_poll_votes').execute();
  await db.schema.dropTable('channel_polls').execute();
}
