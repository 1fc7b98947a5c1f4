import type { GatewayOptions } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { CallingCommand } from '../config/calling-command';
import { resolveGatewayTarget } from '../config/gateway-target';
import { withGateway } from '../gateway/client/with-gateway';
import type { CronSchedule } from './cron-job';

/** A job as the gateway shows it. */
export interface JobView {
  id: string;
  name: string;
  enabled: boolean;
  schedule: CronSchedule;
  sessionTarget: string;
  createdAtMs: number;
  rules?: { text: string }[];
  state: { nextRunAtMs?: number; lastStatus?: string; lastError?: string };
}

export abstract class CronCommandBase extends CallingCommand {
  /** A call, and the zone in which the gateway reads and tells times. */
  protected callWithZone<T>(
    options: GatewayOptions,
    method: string,
    params: Record<string, unknown>,
  ): Promise<{ answer: T; zone: string }> {
    return withGateway(resolveGatewayTarget(this.env, options), async (client) => {
      const answer = await client.call<T>(method, params);
      const { timeZone } = await client.call<{ timeZone: string }>('cron.status', {});
      return { answer, zone: timeZone };
    });
  }

  protected idOf([id]: string[]): string {
    if (id === undefined) throw new UsageError('which job? openclaw cron list shows their ids');
    return id;
  }
}
