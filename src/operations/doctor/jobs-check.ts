import { commandLine, quoted } from '../../common/cli/own-commands';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import { type DoctorFinding, note } from './finding';

const MOST_JOBS = 1000;

interface Job {
  id: string;
  name: string;
  state: { consecutiveErrors?: number; lastError?: string };
}

/** Jobs whose last run failed. */
export async function failingJobs(client: GatewayClient): Promise<DoctorFinding[]> {
  const { jobs } = await client.call<{ jobs: Job[] }>('cron.list', { enabled: 'enabled', limit: MOST_JOBS });
  return jobs.flatMap(({ id, name, state: { consecutiveErrors: failed = 0, lastError } }) =>
    failed === 0
      ? []
      : [
          note(
            'cron.failing',
            `the job "${name}" failed ${failed === 1 ? 'at its last run' : `${failed} times in a row`}: ${lastError ?? 'no reason is known'}`,
            commandLine(`cron runs ${quoted(id)}`),
          ),
        ],
  );
}
