import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../../storage/database.service';
import { sharedSecret } from '../../storage/shared-secret';

const NAME = 'webpage-visitors';
const BYTES = 32;

/** The secret that passes of visitors are made with: made once, and the same for all gateways on one database. */
@Injectable()
export class VisitorSecret {
  private known: Promise<Buffer> | undefined;

  constructor(private readonly database: DatabaseService) {}

  read(): Promise<Buffer> {
    this.known ??= sharedSecret(this.database, NAME, BYTES).catch((error: unknown) => {
      this.known = undefined;
      throw error;
    });
    return this.known;
  }
}
