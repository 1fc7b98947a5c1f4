import { Injectable } from '@nestjs/common';
import { LaneService } from '../agent/turns/lane.service';
import { TurnStore } from '../agent/turns/turn.store';
import { type Logger, LoggerFactory } from '../common/logger';
import { ConfigService } from '../config/config.service';
import { DatabaseService } from '../storage/database.service';

const DAY_MS = 86_400_000;
const DEFAULT_KEEP_DAYS = 90;
/** Steps of ended turns are large and only of use for looking back. */
const KEEP_STEPS_DAYS = 30;
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
    let removed = await this.remove('turn_steps', now - Math.min(days, KEEP_STEPS_DAYS) * DAY_MS);
    removed += await this.remove('outbox', oldest);
    removed += await this.remove('cron_runs', oldest);
    removed += await this.remove('webhook_deliveries', oldest);
    if (removed > 0) this.log.info({ removed }, 'old rows were removed');
    return removed;
  }

  /** Says so loudly where the database is damaged; better now than when it is needed. */
  async checkDatabase(): Promise<string> {
    const result = await this.database.integrity();
    if (result !== 'ok')
      this.log.error(
        { result },
        'the database is damaged; stop the gateway and restore a backup: openclaw backup restore',
      );
    return result;
  }

  private async remove(
    table: 'turn_steps' | 'outbox' | 'cron_runs' | 'webhook_deliveries',
    before: number,
  ): Promise<number> {
    return this.database.write(`tidy.${table}`, async (transaction) => {
      const result = await (
        table === 'turn_steps'
          ? transaction
              .deleteFrom('turn_steps')
              .where('run_id', 'in', (query) =>
                query
                  .selectFrom('turns')
                  .select('run_id')
                  .where('state', '=', 'closed')
                  .where('ended_at', '<', before)
                  .limit(DELETED_AT_ONCE),
              )
          : table === 'outbox'
            ? transaction.deleteFrom('outbox').where('state', '=', 'sent').where('updated_at', '<', before)
            : table === 'cron_runs'
              ? transaction.deleteFrom('cron_runs').where('finished_at', '<', before)
              : transaction
                  .deleteFrom('webhook_deliveries')
                  .where('state', '=', 'failed')
                  .where('created_at', '<', before)
      ).executeTakeFirst();
      return Number(result.numDeletedRows);
    });
  }
}
