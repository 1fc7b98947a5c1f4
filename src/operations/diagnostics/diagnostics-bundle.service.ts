import { Injectable } from '@nestjs/common';
import { appVersion } from '../../common/app-root';
import { Redactor } from '../../common/redactor';
import { ConfigService } from '../../config/config.service';
import { redactConfig } from '../../config/sensitive-paths';
import { DatabaseService } from '../../storage/database.service';
import { HealthService } from './health.service';
import { LogTailService } from './log-tail.service';
import { MetricsService } from './metrics.service';

const LOG_LINES = 2000;
const LOG_BYTES = 1_000_000;
const COUNTED = [
  'inbox',
  'outbox',
  'turns',
  'sessions',
  'transcript_events',
  'cron_jobs',
  'approvals',
  'usage_calls',
] as const;

/** What somebody who helps needs to know: no secrets, nothing that was said. */
@Injectable()
export class DiagnosticsBundle {
  constructor(
    private readonly config: ConfigService,
    private readonly database: DatabaseService,
    private readonly health: HealthService,
    private readonly logs: LogTailService,
    private readonly metrics: MetricsService,
    private readonly redactor: Redactor,
  ) {}

  async make(): Promise<Record<string, unknown>> {
    const { snapshot } = this.config;
    const rows: Record<string, number> = {};
    for (const table of COUNTED) {
      const { count } = await this.database.read
        .selectFrom(table)
        .select((eb) => eb.fn.countAll().as('count'))
        .executeTakeFirstOrThrow();
      rows[table] = Number(count);
    }
    const { lines } = await this.logs.tail({ limit: LOG_LINES, maxBytes: LOG_BYTES });
    const bundle = {
      format: 1,
      createdAt: new Date().toISOString(),
      version: appVersion(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      uptimeSeconds: Math.round(process.uptime()),
      memory: process.memoryUsage(),
      database: { dialect: this.database.dialect, rows, check: await this.database.integrity() },
      config: redactConfig(snapshot.resolved, snapshot.secrets),
      configProblems: this.config.problems,
      configWarnings: snapshot.warnings,
      health: JSON.parse(this.health.cached().json || '{}') as unknown,
      metrics: await this.metrics.text(),
      logs: lines,
    };
    // Once more over everything: a secret may stand where nobody looks for one.
    return JSON.parse(this.redactor.redact(JSON.stringify(bundle))) as Record<string, unknown>;
  }
}
