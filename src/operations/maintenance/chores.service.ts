import { Injectable } from '@nestjs/common';
import { LaneService } from '../../agent/turns/lane.service';
import { ReceivedFiles } from '../../agent/media/received-files.service';
import { TurnStore } from '../../agent/turns/turn.store';
import { type Logger, LoggerFactory } from '../../common/logger';
import { ConfigService } from '../../config/config.service';
import { DatabaseService } from '../../storage/database.service';
import { FileOrigins } from '../../tools/provenance/file-origins.store';
import { commandLine } from '../../common/cli/own-commands';
import { removeQuietGuests } from '../../workspace/guest-folder';
import { RETENTION, retentionTimes } from './retention';

const DAY_MS = 86_400_000;
const DEFAULT_KEEP_DAYS = 90;
/** Guests' folders in which nothing has changed for so long go. */
const KEEP_GUESTS_DAYS = 30;
const STUCK_MS = 120_000;

/** What has to be done now and then: look whether anything hangs, tidy up, see whether the database is sound. */
@Injectable()
export class Chores {
  private readonly log: Logger;
  private readonly told = new Set<string>();

  constructor(
    private readonly database: DatabaseService,
    private readonly lanes: LaneService,
    private readonly turns: TurnStore,
    private readonly origins: FileOrigins,
    private readonly received: ReceivedFiles,
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

  /**
   * Removes what nobody will ask for any more. Returns how many rows went.
   * @param isForAll whether rows go as well: of several gateways on a database one sees to them, and each to its files
   */
  async tidy(now = Date.now(), isForAll = true): Promise<number> {
    const days = this.config.config.maintenance?.keepDays ?? DEFAULT_KEEP_DAYS;
    const times = retentionTimes(now, days);
    const swept = !isForAll
      ? []
      : await this.database.sweep(
          RETENTION.map(({ table, statements }) => ({
            label: `tidy.${table}`,
            statements: statements(times, this.database.dialect),
          })),
        );
    const removed = swept.reduce((sum, rows) => sum + rows, await this.origins.forgetGone(times.oldest));
    if (removed > 0) this.log.info({ removed }, 'old rows were removed');
    await this.received.tidy(now);
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
        `the database is damaged; stop the gateway and restore a backup: ${commandLine('backup restore <archive>')}`,
      );
    return result;
  }
}
