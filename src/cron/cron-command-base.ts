import { GatewayCommandBase, type GatewayOptions } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import type { Environment } from '../config/environment';
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

export abstract class CronCommandBase extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  protected call<T>(method: string, params: Record<string, unknown>, options: GatewayOptions): Promise<T> {
    return withGateway(resolveGatewayTarget(this.env, options), (client) => client.call<T>(method, params));
  }

  protected idOf([id]: string[]): string {
    if (id === undefined) throw new UsageError('which job? openclaw cron list shows their ids');
    return id;
  }
}
