import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Card, Page, Rows } from '../../kit/page';
import { Empty, Failure, Skeleton } from '../../kit/states';
import { toast } from '../../kit/toasts';
import type { Job } from './job';
import { JobForm } from './job-form';
import { JobRow } from './job-row';

/** What happens when, and what came of it. */
export default function JobsView() {
  const { call } = useGateway();
  const { data, error, refresh } = useLive<{ jobs: Job[]; total: number }>(['cron.list', { includeDisabled: true }], {
    events: ['cron'],
  });
  /** A job that the new one begins with; none for an empty form. */
  const [adding, setAdding] = useState<{ like?: Job }>();
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const jobs = data?.jobs.filter(({ id }) => !removed.has(id));

  const hide = (id: string, isHidden: boolean): void =>
    setRemoved((old) => new Set(isHidden ? [...old, id] : [...old].filter((each) => each !== id)));
  const remove = (job: Job): void => {
    hide(job.id, true);
    toast(t`Removed “${job.name}”.`, {
      undo: () => hide(job.id, false),
      done: () => {
        call('cron.remove', { id: job.id }).catch((problem: unknown) => {
          hide(job.id, false);
          toast(t`It was not removed: ${messageOf(problem)}`);
        });
      },
    });
  };

  return (
    <Page title={t`Scheduled jobs`} lead={t`What the assistant does by itself, and when.`}>
      {adding ? (
        <JobForm
          key={adding.like?.id ?? ''}
          {...(adding.like ? { job: adding.like } : {})}
          onDone={() => {
            setAdding(undefined);
            refresh();
          }}
          onCancel={() => setAdding(undefined)}
        />
      ) : (
        <p>
          <Button look="primary" icon="plus" onClick={() => setAdding({})}>
            <Trans>New job</Trans>
          </Button>
        </p>
      )}
      <Card title={t`Planned`}>
        {error !== undefined && !data && (
          <Failure what={t`The jobs could not be read.`} why={error} onRetry={refresh} />
        )}
        {!data && error === undefined && <Skeleton lines={4} />}
        {jobs?.length === 0 && (
          <Empty title={t`Nothing is planned`}>
            <p>
              <Trans>Such as: every weekday at 9, say what is in my calendar.</Trans>
            </p>
          </Empty>
        )}
        <Rows testId="jobs">
          {jobs?.map((job) => (
            <JobRow
              key={job.id}
              job={job}
              onChanged={refresh}
              onDuplicate={() => {
                setAdding({ like: job });
                document.querySelector('h1')?.scrollIntoView();
              }}
              onRemove={() => remove(job)}
            />
          ))}
        </Rows>
      </Card>
    </Page>
  );
}
