import { ToolError } from '../../tools/agent-tool';
import type { CronJobParams, CronToolParams } from './cron-params';

/** Parts of a job that may stand beside it. */
const PARTS = [
  'name',
  'schedule',
  'payload',
  'delivery',
  'sessionTarget',
  'wakeMode',
  'enabled',
  'deleteAfterRun',
] as const;

/**
 * The job that a call is to add: as such, in parts beside it, or a reminder by `at` and `text`.
 * @throws ToolError where it is two of these, or none
 */
export function askedJob(params: CronToolParams): CronJobParams {
  const { job, at, text } = params;
  const parts = Object.fromEntries(
    PARTS.flatMap((name) => (params[name] === undefined ? [] : [[name, params[name]]])),
  ) as Partial<CronJobParams>;
  if (job) {
    const twice = [...Object.keys(parts), ...(at === undefined ? [] : ['at']), ...(text === undefined ? [] : ['text'])];
    if (twice.length === 0) return job;
    throw new ToolError('invalid_args', `add takes job, or ${twice.join(', ')} beside it, not both; put all into job`);
  }
  const schedule = parts.schedule ?? (at === undefined ? undefined : { at });
  const payload = parts.payload ?? (text === undefined ? undefined : { text });
  if (!schedule || !payload)
    throw new ToolError(
      'invalid_args',
      `add needs ${schedule ? 'text, which says what you are to be told then' : 'at, such as "10m"'}${schedule || payload ? '' : ', and text'}; or job with schedule and payload`,
    );
  return { ...parts, schedule, payload };
}
