import { randomBytes } from 'node:crypto';
import type { DatabaseService } from './database.service';

/** A secret of the gateway's own making: made by whoever asks first, and the same for all gateways on the database. */
export async function sharedSecret(database: DatabaseService, name: string, bytes: number): Promise<Buffer> {
  const { value } = await database.write('secret.make', async (transaction) => {
    await transaction
      .insertInto('gateway_secrets')
      .values({ name, value: randomBytes(bytes).toString('base64'), created_at: Date.now() })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    return transaction.selectFrom('gateway_secrets').select('value').where('name', '=', name).executeTakeFirstOrThrow();
  });
  return Buffer.from(value, 'base64');
}
