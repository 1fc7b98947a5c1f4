import type { Kysely, SchemaModule } from 'kysely';

/** What was said last in a conversation is looked up for each message of a chat. */
export async function up(db: Kysely<never>): Promise<void> {
  const schema: SchemaModule = db.schema;
  await schema.createIndex('inbox_session').on('inbox').columns(['session_key', 'seq']).execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  const schema: SchemaModule = db.schema;
  await schema.dropIndex('inbox_session').execute();
}
