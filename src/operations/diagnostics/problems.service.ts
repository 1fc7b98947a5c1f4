import { Injectable } from '@nestjs/common';
import { CredentialProfiles } from '../../agent/providers/credential-profiles.service';
import { judgeModels } from '../../agent/providers/model-faults';
import { ModelRegistry } from '../../agent/providers/model-registry.service';
import { ChannelStatus } from '../../channels/channel-status.service';
import { commandLine } from '../../common/cli/own-commands';
import { ConfigService } from '../../config/config.service';
import { ReadinessService } from '../../gateway/readiness.service';
import { listPlugins } from '../../plugins/catalog/plugin-catalog';
import type { GatewayProblem } from './gateway-problem';
import { DatabaseService } from '../../storage/database.service';
import { RunsService } from './runs.service';

const DAY_MS = 24 * 60 * 60_000;
const LATEST_RUNS = 20;

/** What does not work right now, or did not of late. Asks no platform and no provider. */
@Injectable()
export class ProblemsService {
  constructor(
    private readonly config: ConfigService,
    private readonly readiness: ReadinessService,
    private readonly registry: ModelRegistry,
    private readonly profiles: CredentialProfiles,
    private readonly channels: ChannelStatus,
    private readonly runs: RunsService,
    private readonly database: DatabaseService,
  ) {}

  async list(now = Date.now()): Promise<GatewayProblem[]> {
    return [
      ...(await this.unready()),
      ...this.damage(),
      ...this.config.problems.map(({ path, message }): GatewayProblem => ({
        area: 'config',
        code: 'config.not_in_effect',
        level: 'problem',
        message: `the file on disk is not in effect: ${path || '(root)'}: ${message}`,
        fix: commandLine('config validate'),
      })),
      ...this.models(),
      ...this.channels.faults().map(({ name, reason }): GatewayProblem => ({
        area: 'channel',
        code: 'channel.down',
        level: 'problem',
        message: `${name}: ${reason}`,
        fix: commandLine('channels status --probe'),
      })),
      ...this.plugins(),
      ...(await this.failedRuns(now)),
    ];
  }

  private async unready(): Promise<GatewayProblem[]> {
    const { failing } = await this.readiness.report();
    return failing.map(({ name, reason }) => ({
      area: name,
      code: `${name}.not_ready`,
      level: 'problem',
      message: reason,
    }));
  }

  private damage(): GatewayProblem[] {
    const reason = this.database.brokenBecause;
    if (reason === undefined) return [];
    const fix = `stop the gateway, then: ${commandLine('backup restore <archive>')}; the damaged file is kept`;
    return [{ area: 'database', code: 'database.damaged', level: 'problem', message: reason, fix }];
  }

  private models(): GatewayProblem[] {
    const { faults } = judgeModels(this.config.config, this.registry, this.profiles);
    return faults.map(({ code, message, fix, isCertain }) => ({
      area: 'model',
      code,
      level: isCertain ? 'problem' : 'note',
      message,
      fix,
    }));
  }

  private plugins(): GatewayProblem[] {
    return listPlugins(this.config.config, this.config.stateDir, this.config.env.home).flatMap(
      ({ id, reason, isFaulty }): GatewayProblem[] =>
        isFaulty && reason !== undefined
          ? [
              {
                area: 'plugin',
                code: 'plugin.unusable',
                level: 'problem',
                message: `${id}: ${reason}`,
                fix: commandLine('plugins doctor'),
              },
            ]
          : [],
    );
  }

  private async failedRuns(now: number): Promise<GatewayProblem[]> {
    const runs = await this.runs.list({ limit: LATEST_RUNS, state: 'failed' });
    const recent = runs.filter(({ receivedAt }) => receivedAt > now - DAY_MS);
    const [newest] = recent;
    if (!newest) return [];
    const count = `${recent.length === LATEST_RUNS ? 'at least ' : ''}${recent.length}`;
    return [
      {
        area: 'runs',
        code: 'runs.failed',
        level: 'note',
        message: `${count} ${recent.length === 1 ? 'message' : 'messages'} of the last day got no answer; the last one: ${newest.error ?? 'no reason is known'}`,
        fix: commandLine(`trace ${newest.id}`),
      },
    ];
  }
}
