import type { GatewayOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { idByPrefix } from '../../common/cli/id-by-prefix';
import { CallingCommand } from '../../config/calling-command';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGatewayOrDisk } from '../../gateway/client/with-gateway';
import type { CronSchedule } from './cron-job';

/** Characters of a UUID. */
const WHOLE_ID = 36;

/** A job as the gateway shows it. */
export interface JobView {
  id: string;
  name: string;
  enabled: boolean;
  schedule: CronSchedule;
  sessionTarget: string;
  createdAtMs: number;
  rules?: { text: string }[];
  state: { nextRunAtMs?: number; runningAtMs?: number; lastStatus?: string; lastError?: string };
}

export abstract class CronCommandBase extends CallingCommand {
  /** A call, and the zone in which the gateway reads and tells times. */
  protected callWithZone<T>(
    options: GatewayOptions,
    method: string,
    params: Record<string, unknown>,
  ): Promise<{ answer: T; zone: string }> {
    return withGatewayOrDisk(resolveGatewayTarget(this.env, options), async (client) => {
      const answer = await client.call<T>(method, params);
      const { timeZone } = await client.call<{ timeZone: string }>('cron.status', {});
      return { answer, zone: timeZone };
    });
  }

  /** Id of the job that is meant: by its id, the beginning of that, or its name. @throws UsageError */
  protected async idOf([typed]: string[], options: GatewayOptions): Promise<string> {
    if (typed === undefined) throw new UsageError('which job? openclaw cron list shows their ids');
    if (typed.length >= WHOLE_ID) return typed;
    const { jobs } = await this.call<{ jobs: JobView[] }>(options, 'cron.list', { includeDisabled: true });
    return idByPrefix(typed, jobs, 'job');
  }
}
