import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../../storage/database.service';

const NAME = 'webpage-visitors';
const BYTES = 32;

/** The secret that passes of visitors are made with: made once, and the same for all gateways on one database. */
@Injectable()
export class VisitorSecret {
  private known: Promise<Buffer> | undefined;

  constructor(private readonly database: DatabaseService) {}

  read(): Promise<Buffer> {
    this.known ??= this.load().catch((error: unknown) => {
      this.known = undefined;
      throw error;
    });
    return this.known;
  }

  private async load(): Promise<Buffer> {
    const value = await this.database.write('webpage.secret', async (transaction) => {
      await transaction
        .insertInto('gateway_secrets')
        .values({ name: NAME, value: randomBytes(BYTES).toString('base64'), created_at: Date.now() })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      return transaction
        .selectFrom('gateway_secrets')
        .select('value')
        .where('name', '=', NAME)
        .executeTakeFirstOrThrow();
    });
    return Buffer.from(value.value, 'base64');
  }
}
