import { ExitCode } from '../../common/exit-codes';
import { OpenclawError } from '../../common/openclaw-error';
import { commandLine } from '../../common/cli/own-commands';
import { sleep } from '../../common/sleep';

const ASK_EVERY_MS = 500;
const DEFAULT_WAIT_MS = 600_000;

/** How a run of a job ended. */
export interface EndedRun {
  runId?: string;
  status: string;
  error?: string;
  summary?: string;
}

/**
 * Waits for the end of a run.
 * @param runs asks `cron.runs`
 * @throws OpenclawError JOB_STILL_RUNS
 */
export async function endOfRun(
  runs: (params: { id: string; runId: string }) => Promise<{ entries: (Partial<EndedRun> & { action: string })[] }>,
  run: { id: string; runId: string },
  waitMs = DEFAULT_WAIT_MS,
): Promise<EndedRun> {
  for (const until = performance.now() + waitMs; ; await sleep(ASK_EVERY_MS)) {
    const { entries } = await runs(run);
    const { status, action, ...rest } = entries[0] ?? {};
    if (action === 'finished' && status !== undefined) return { status, ...rest };
    if (performance.now() >= until)
      throw new OpenclawError(
        'JOB_STILL_RUNS',
        `${run.runId} has not ended within ${Math.round(waitMs / 1000)} s and runs on; see: ${commandLine(`cron runs ${run.id}`)}`,
        { exitCode: ExitCode.timeout },
      );
  }
}
