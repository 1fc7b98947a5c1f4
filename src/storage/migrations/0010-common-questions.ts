import type { Kysely } from 'kysely';

/** Several calls of one step of a turn are asked for in one question; each keeps a row of its own. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('approvals').addColumn('question_id', 'text').execute();
  await db.schema.alterTable('approvals').addColumn('position', 'integer').execute();
  await db.schema.alterTable('approvals').addColumn('reached_at', 'bigint').execute();
  await db.schema.createIndex('approvals_question').on('approvals').column('question_id').execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.dropIndex('approvals_question').execute();
  await db.schema.alterTable('approvals').dropColumn('reached_at').execute();
  await db.schema.alterTable('approvals').dropColumn('position').execute();
  await db.schema.alterTable('approvals').dropColumn('question_id').execute();
}
