import { Injectable } from '@nestjs/common';
import type { DeleteResult, Transaction } from 'kysely';
import { LaneService } from '../agent/turns/lane.service';
import { TurnStore } from '../agent/turns/turn.store';
import { type Logger, LoggerFactory } from '../common/logger';
import { ConfigService } from '../config/config.service';
import { DatabaseService } from '../storage/database.service';
import type { Schema } from '../storage/schema';
import { commandLine } from '../common/cli/own-commands';
import { removeQuietGuests } from '../workspace/guest-folder';

const DAY_MS = 86_400_000;
const DEFAULT_KEEP_DAYS = 90;
/** Steps of ended turns are large and only of use for looking back. */
const KEEP_STEPS_DAYS = 30;
/** Guests' folders in which nothing has changed for so long go. */
const KEEP_GUESTS_DAYS = 30;
const STUCK_MS = 120_000;
const DELETED_AT_ONCE = 5000;

/** What has to be done now and then: look whether anything hangs, tidy up, see whether the database is sound. */
@Injectable()
export class Chores {
  private readonly log: Logger;
  private readonly told = new Set<string>();

  constructor(
    private readonly database: DatabaseService,
    private readonly lanes: LaneService,
    private readonly turns: TurnStore,
    private readonly config: ConfigService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('maintenance');
  }

  /** Turns in which nothing has happened for two minutes, each told once. Returns their sessions. */
  async findStuck(now = Date.now()): Promise<string[]> {
    const active = this.lanes.activeRunIds();
    for (const runId of this.told) if (!active.includes(runId)) this.told.delete(runId);
    const stuck: string[] = [];
    for (const runId of active) {
      const turn = await this.turns.find(runId);
      if (!turn || turn.state !== 'running') continue;
      const since = await this.turns.lastSign(runId);
      if (now - (since ?? turn.startedAt) < STUCK_MS) continue;
      stuck.push(turn.sessionKey);
      if (this.told.has(runId)) continue;
      this.told.add(runId);
      const seconds = Math.round((now - (since ?? turn.startedAt)) / 1000);
      this.log.warn({ session: turn.sessionKey, runId, seconds }, 'nothing happens in a turn; /stop ends it');
    }
    return stuck;
  }

  /** Removes what nobody will ask for any more. Returns how many rows went. */
  async tidy(now = Date.now()): Promise<number> {
    const days = this.config.config.maintenance?.keepDays ?? DEFAULT_KEEP_DAYS;
    const oldest = now - days * DAY_MS;
    const oldestSteps = now - Math.min(days, KEEP_STEPS_DAYS) * DAY_MS;
    let removed = await this.remove('turn_steps', (transaction) =>
      transaction
        .deleteFrom('turn_steps')
        .where('run_id', 'in', (query) =>
          query
            .selectFrom('turns')
            .select('run_id')
            .where('state', '=', 'closed')
            .where('ended_at', '<', oldestSteps)
            .limit(DELETED_AT_ONCE),
        ),
    );
    removed += await this.remove('outbox', (transaction) =>
      transaction.deleteFrom('outbox').where('state', '=', 'sent').where('updated_at', '<', oldest),
    );
    removed += await this.remove('cron_runs', (transaction) =>
      transaction.deleteFrom('cron_runs').where('finished_at', '<', oldest),
    );
    removed += await this.remove('webhook_deliveries', (transaction) =>
      transaction.deleteFrom('webhook_deliveries').where('state', '=', 'failed').where('created_at', '<', oldest),
    );
    // By then no platform tells a message again.
    removed += await this.remove('inbox', (transaction) =>
      transaction
        .deleteFrom('inbox')
        .where('state', 'in', ['answered', 'dropped', 'failed'])
        .where('received_at', '<', oldest),
    );
    removed += await this.remove('turns', (transaction) =>
      transaction
        .deleteFrom('turns')
        .where('state', '=', 'closed')
        .where('ended_at', '<', oldest)
        .where('run_id', 'not in', (query) => query.selectFrom('turn_steps').select('run_id').distinct()),
    );
    if (removed > 0) this.log.info({ removed }, 'old rows were removed');
    const guests = await removeQuietGuests(this.config.stateDir, now - Math.min(days, KEEP_GUESTS_DAYS) * DAY_MS);
    if (guests > 0) this.log.info({ guests }, 'folders of guests were removed in which nothing had changed for long');
    return removed;
  }

  /** Says so loudly where the database is damaged; better now than when it is needed. */
  async checkDatabase(): Promise<string> {
    const result = await this.database.integrity();
    if (result !== 'ok')
      this.log.error(
        { result },
        `the database is damaged; stop the gateway and restore a backup: ${commandLine('backup restore')}`,
      );
    return result;
  }

  private async remove(
    table: string,
    query: (transaction: Transaction<Schema>) => { executeTakeFirstOrThrow(): Promise<DeleteResult> },
  ): Promise<number> {
    return this.database.write(`tidy.${table}`, async (transaction) =>
      Number((await query(transaction).executeTakeFirstOrThrow()).numDeletedRows),
    );
  }
}
