import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../../storage/database.service';

/** How often a turn was begun, how often alone, and the token of the lane that it last ran in. */
export interface CutOffTurn {
  runId: string;
  sessionKey: string;
  attempt: number;
  alone: number;
  fence: number;
}

/** What counts against turns that have not ended. */
@Injectable()
export class SuspectStore {
  constructor(private readonly database: DatabaseService) {}

  /** Turns that have not ended, with what counts against them. */
  async cutOff(): Promise<CutOffTurn[]> {
    const rows = await this.database.read
      .selectFrom('turns')
      .select(['run_id', 'session_key', 'attempt', 'alone', 'fence'])
      .where('state', '=', 'running')
      .where('kind', '=', 'turn')
      .execute();
    return rows.map((row) => ({
      runId: row.run_id,
      sessionKey: row.session_key,
      attempt: Number(row.attempt),
      alone: Number(row.alone),
      fence: Number(row.fence),
    }));
  }

  /** Takes back what counts against turns that nobody has picked up since it was read. */
  async acquit(turns: readonly CutOffTurn[]): Promise<void> {
    await this.database.write('turn.acquit', async (transaction) => {
      for (const { runId, fence } of turns)
        await transaction
          .updateTable('turns')
          .set({ attempt: 1, alone: 0 })
          .where('run_id', '=', runId)
          .where('fence', '=', fence)
          .where('state', '=', 'running')
          .execute();
    });
  }
}
