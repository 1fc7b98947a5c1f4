import type { GrantedRule } from '../../common/granted-rule';
import type { CallSinks } from '../../tools/provenance/sinks';
import { askedJob } from './asked-job';
import type { CronJob } from './cron-job';
import { kindOfPayload } from './cron-job-form';
import type { CronDeliveryParams, CronJobParams, CronJobPatch, CronToolParams } from './cron-params';
import { describeSchedule } from './cron-schedule';

/** Parameters that say what is done; one use stands for all of them. */
const JUDGED_TOGETHER = 'action job jobId patch at text schedule payload delivery'.split(' ');

/**
 * What a job does it does later, when nobody remembers where its words came from. A reminder is plain text to oneself; a
 * task uses tools, and its answer may go to somebody else.
 * @param known the job that the call names
 * @param isOwn whether answers that go there go to the owner
 * @param rules what a new job could do unasked
 * @param zone in which times are told
 */
export function cronSinks(
  params: CronToolParams,
  known: CronJob | undefined,
  isOwn: (delivery: CronDeliveryParams) => boolean,
  rules: readonly GrantedRule[],
  zone: string,
): CallSinks {
  const { action, patch, text = '' } = params;
  const judged: CallSinks = Object.fromEntries(JUDGED_TOGETHER.map((name) => [name, 'none']));
  switch (action) {
    case 'status':
    case 'list':
    case 'runs':
      return judged;
    case 'wake':
      return { ...judged, text: { sink: 'standing', onlyAfterOutside: true, summary: `cron wake: ${text}` } };
    case 'add': {
      const job = askedJob(params);
      const goesOut = job.delivery?.mode === 'announce' && !isOwn(job.delivery);
      const isTask = kindOfPayload({ ...job.payload }) === 'agentTurn';
      const isPlain = !isTask && !goesOut;
      const summary = `cron add: ${described(job)}`;
      return {
        ...judged,
        job: {
          sink: goesOut ? 'out' : 'standing',
          summary,
          ...(isPlain ? { onlyAfterOutside: true } : {}),
          ...(isTask && rules.length > 0
            ? { details: [{ label: 'What it may run unasked', text: rules.map(({ text }) => text).join('\n') }] }
            : {}),
        },
      };
    }
    case 'update':
    case 'remove':
    case 'run': {
      if (!known) return judged;
      const isPlain = known.payload.kind === 'systemEvent' && !isTaskPatch(patch);
      const what = `"${known.name}" (${describeSchedule(known.schedule, zone)}: ${textOfJob(known.payload)})`;
      const summary = `cron ${action} ${what}${patch ? `: ${described(patch)}` : ''}`;
      return {
        ...judged,
        action: { sink: 'standing', summary, ...(isPlain ? { onlyAfterOutside: true } : {}) },
      };
    }
  }
}

/** A job, or a change of one, as the owner is to see it. */
function described({ name, schedule, payload, ...rest }: CronJobParams | CronJobPatch): string {
  const { delivery } = rest as CronJobParams;
  const { enabled } = rest as CronJobPatch;
  return [
    name,
    enabled === undefined ? undefined : enabled ? 'switched on' : 'switched off',
    schedule === undefined ? undefined : JSON.stringify(schedule),
    payload === undefined ? undefined : `${kindOfPayload({ ...payload })}: ${textOfJob(payload)}`,
    delivery?.mode === 'announce'
      ? `answer goes to ${delivery.channel ?? 'this channel'}:${delivery.to ?? 'this chat'}`
      : undefined,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}

const isTaskPatch = (patch: CronJobPatch | undefined): boolean =>
  patch?.payload !== undefined && kindOfPayload({ ...patch.payload }) === 'agentTurn';

const textOfJob = ({ message, text }: { message?: string; text?: string }): string => message ?? text ?? '';
