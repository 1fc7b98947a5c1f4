import type { Transaction } from 'kysely';
import type { Schema } from '../storage/schema';

/** Notes that a conversation is no session's any more: it is kept for a while and then removed. */
export async function endConversationIn(
  transaction: Transaction<Schema>,
  sessionId: string,
  endedAt: number,
): Promise<void> {
  await transaction
    .insertInto('ended_conversations')
    .values({ session_id: sessionId, ended_at: endedAt })
    .onConflict((conflict) => conflict.column('session_id').doUpdateSet({ ended_at: endedAt }))
    .execute();
}

/** A session has the conversation (again). */
export async function keepConversationIn(transaction: Transaction<Schema>, sessionId: string): Promise<void> {
  await transaction.deleteFrom('ended_conversations').where('session_id', '=', sessionId).execute();
}
