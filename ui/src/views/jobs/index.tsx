import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Page } from '../../kit/page';
import { addressOf, goTo, usePlace } from '../../kit/place';
import { Sections, sectionOf } from '../../kit/sections';
import { toast } from '../../kit/toasts';
import { Calendar } from './calendar';
import type { Job } from './job';
import { JobForm } from './job-form';
import { JobList } from './job-list';
import { OneJob } from './one-job';

const SECTIONS = {
  get list() {
    return t`List`;
  },
  get calendar() {
    return t`Calendar`;
  },
} as const;

/** What happens when, and what came of it. */
export default function JobsView() {
  const { call } = useGateway();
  const { query } = usePlace();
  const current = sectionOf(query, SECTIONS);
  const id = query.get('id');
  /** A job that the new one begins with; none for an empty form. */
  const [adding, setAdding] = useState<{ like?: Job }>();
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());

  const hide = (job: string, isHidden: boolean): void =>
    setRemoved((old) => new Set(isHidden ? [...old, job] : [...old].filter((each) => each !== job)));
  const onRemove = (job: Job): void => {
    hide(job.id, true);
    goTo(addressOf('jobs'));
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
  const onDuplicate = (job: Job): void => {
    setAdding({ like: job });
    document.querySelector('h1')?.scrollIntoView();
  };

  return (
    <Page title={t`Scheduled jobs`} lead={t`What the assistant does by itself, and when.`}>
      <Sections label={t`Parts of the jobs`} view="jobs" current={current} sections={SECTIONS} />
      {adding ? (
        <JobForm
          key={adding.like?.id ?? ''}
          {...(adding.like ? { job: adding.like } : {})}
          onDone={() => setAdding(undefined)}
          onCancel={() => setAdding(undefined)}
        />
      ) : (
        <p>
          <Button look="primary" icon="plus" onClick={() => setAdding({})}>
            <Trans>New job</Trans>
          </Button>
        </p>
      )}
      {current === 'calendar' ? (
        <Calendar />
      ) : id === null ? (
        <JobList removed={removed} onDuplicate={onDuplicate} onRemove={onRemove} />
      ) : (
        <OneJob key={id} id={id} onDuplicate={onDuplicate} onRemove={onRemove} />
      )}
    </Page>
  );
}
