import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect';

interface Before {
  channel_senders: { channel: string; account: string; sender_id: string; approved_at: number; role: string };
}

/**
 * Who was let in by pairing is an owner or a guest; of people let in before, the first of each account stays its owner.
 * Secrets that the gateway makes for itself.
 */
export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('gateway_secrets')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('created_at', dialect === 'postgres' ? 'bigint' : 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .alterTable('channel_senders')
    .addColumn('role', 'text', (column) => column.notNull().defaultTo('guest'))
    .execute();
  const rows = await (db as unknown as Kysely<Before>)
    .selectFrom('channel_senders')
    .selectAll()
    .orderBy('approved_at')
    .orderBy('sender_id')
    .execute();
  const seen = new Set<string>();
  for (const { channel, account, sender_id: sender } of rows) {
    const place = JSON.stringify([channel, account]);
    if (seen.has(place)) continue;
    seen.add(place);
    await (db as unknown as Kysely<Before>)
      .updateTable('channel_senders')
      .set({ role: 'owner' })
      .where('channel', '=', channel)
      .where('account', '=', account)
      .where('sender_id', '=', sender)
      .execute();
  }
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('channel_senders').dropColumn('role').execute();
  await db.schema.dropTable('gateway_secrets').execute();
}
