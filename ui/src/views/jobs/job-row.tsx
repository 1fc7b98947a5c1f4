import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type ReactNode, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Link } from '../../kit/link';
import { Row } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { Failure, Skeleton, Status } from '../../kit/states';
import { clockTime, dayName, momentInText, roughly } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { type Job, inWords } from './job';
import { JobForm } from './job-form';
import { type RunStatus, TONES, WORDS } from './job-run';
import css from './jobs.module.css';

interface JobRun {
  runAtMs: number;
  action: 'started' | 'finished';
  status?: RunStatus;
  error?: string;
  summary?: string;
  durationMs?: number;
  deliveryStatus?: string;
  runId?: string;
}

const moment = (at: number): string => `${dayName(at)} ${clockTime(at)}`;
const MAX_NAME = 80;

interface JobRowProps {
  job: Job;
  /** Of times that name none. */
  zone: string | undefined;
  /** Whether all of it is shown from the start. */
  isOpen?: boolean;
  onChanged(): void;
  /** It is taken as the beginning of a new one. */
  onDuplicate(): void;
  onRemove(): void;
}

export function JobRow({ job, zone, isOpen: isOpenFirst = false, onChanged, onDuplicate, onRemove }: JobRowProps) {
  const { call } = useGateway();
  const [isOpen, setOpen] = useState(isOpenFirst);
  const [isChanging, setChanging] = useState(false);
  const { state } = job;
  const attempt = (work: Promise<unknown>, done: string): void => {
    work.then(
      () => {
        toast(done);
        onChanged();
      },
      (problem: unknown) => toast(messageOf(problem)),
    );
  };
  return (
    <Row
      title={<SafeText text={job.name} max={MAX_NAME} />}
      detail={
        <>
          {inWords(job.schedule, zone)}
          {job.enabled && state.nextRunAtMs !== undefined && t` · next ${momentInText(state.nextRunAtMs)}`}
          {state.lastRunAtMs !== undefined && t` · last ${momentInText(state.lastRunAtMs)}`}
        </>
      }
      below={
        isChanging ? (
          <JobForm
            job={job}
            isChange
            onDone={() => {
              setChanging(false);
              onChanged();
            }}
            onCancel={() => setChanging(false)}
          />
        ) : (
          isOpen && (
            <Details job={job}>
              <Button onClick={() => setChanging(true)}>
                <Trans>Change</Trans>
              </Button>
              <Button onClick={onDuplicate}>
                <Trans>Duplicate</Trans>
              </Button>
              <Button look="danger" onClick={onRemove}>
                <Trans>Remove</Trans>
              </Button>
            </Details>
          )
        )
      }
    >
      <Status tone={job.enabled ? (state.lastStatus ? TONES[state.lastStatus] : 'good') : 'off'}>
        {job.enabled ? (state.lastStatus ? t`last ${WORDS[state.lastStatus]}` : t`waits`) : t`paused`}
      </Status>
      <Button onClick={() => attempt(call('cron.run', { id: job.id, mode: 'force' }), t`It runs now.`)}>
        <Trans>Run now</Trans>
      </Button>
      <Button
        onClick={() =>
          attempt(
            call('cron.update', { id: job.id, patch: { enabled: !job.enabled } }),
            job.enabled ? t`Paused.` : t`It goes on.`,
          )
        }
      >
        {job.enabled ? t`Pause` : t`Go on`}
      </Button>
      <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Trans>Details</Trans>
      </Button>
    </Row>
  );
}

function Details({ job, children }: { job: Job; children: ReactNode }) {
  const { data, error, refresh } = useLive<{ entries: JobRun[] }>(['cron.runs', { id: job.id, limit: 20 }], {
    events: ['cron'],
  });
  const said = job.payload.message ?? job.payload.text ?? '';
  return (
    <div className={css['history']}>
      <p className={css['said']}>
        <strong>
          <Trans>What it is told</Trans>
        </strong>{' '}
        <SafeText text={said} lines max={2000} />
      </p>
      <p className={css['buttons']}>{children}</p>
      {error !== undefined && !data && <Failure what={t`Its runs could not be read.`} why={error} onRetry={refresh} />}
      {!data && error === undefined && <Skeleton lines={2} />}
      {data?.entries.length === 0 && (
        <p>
          <Trans>It has not run yet.</Trans>
        </p>
      )}
      <ol>
        {[...(data?.entries ?? [])].reverse().map((run) => (
          <li key={run.runAtMs}>
            <Status tone={run.status ? TONES[run.status] : 'busy'}>
              {moment(run.runAtMs)} · {run.status ? WORDS[run.status] : t`running`}
              {run.durationMs !== undefined && t` in ${roughly(run.durationMs)}`}
              {run.deliveryStatus === 'not-delivered' && t` · its answer was not delivered`}
            </Status>{' '}
            {run.runId !== undefined && (
              <Link to={addressOf('trace', { id: run.runId })}>
                <Trans>Trace</Trans>
              </Link>
            )}
            {(run.error ?? run.summary) && (
              <p className={css['said']}>
                <SafeText text={run.error ?? run.summary ?? ''} lines max={1000} />
              </p>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
