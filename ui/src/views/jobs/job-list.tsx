import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useDeferredValue, useState } from 'react';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { SearchField } from '../../kit/field';
import { Card, Rows } from '../../kit/page';
import { Empty, Failure, Skeleton } from '../../kit/states';
import type { Job } from './job';
import { JobRow } from './job-row';
import { useZone } from './use-zone';

/** Rows that are shown before one asks for more. */
const FIRST_SHOWN = 50;
/** The gateway names no more at once; the rest is found by its name. */
const MOST_SHOWN = 1000;

interface JobListProps {
  removed: ReadonlySet<string>;
  onDuplicate(job: Job): void;
  onRemove(job: Job): void;
}

/** All jobs, the next one first. */
export function JobList({ removed, onDuplicate, onRemove }: JobListProps) {
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim());
  const [limit, setLimit] = useState(FIRST_SHOWN);
  const { data, error, refresh } = useLive<{ jobs: Job[]; total: number }>(
    ['cron.list', { includeDisabled: true, limit, ...(search === '' ? {} : { query: search }) }],
    { events: ['cron'] },
  );
  const zone = useZone();
  const jobs = data?.jobs.filter(({ id }) => !removed.has(id));
  const more = data ? data.total - data.jobs.length : 0;
  const [isMany, setMany] = useState(false);
  if (!isMany && more > 0) setMany(true);
  return (
    <Card title={t`Planned`}>
      {isMany && <SearchField label={t`Search jobs`} value={typed} onChange={setTyped} />}
      {error !== undefined && !data && <Failure what={t`The jobs could not be read.`} why={error} onRetry={refresh} />}
      {!data && error === undefined && <Skeleton lines={4} />}
      {jobs?.length === 0 &&
        (search === '' ? (
          <Empty title={t`Nothing is planned`}>
            <p>
              <Trans>Such as: every weekday at 9, say what is in my calendar.</Trans>
            </p>
          </Empty>
        ) : (
          <Empty title={t`There is none of these`} />
        ))}
      <Rows testId="jobs">
        {jobs?.map((job) => (
          <JobRow
            key={job.id}
            job={job}
            zone={zone}
            onChanged={refresh}
            onDuplicate={() => onDuplicate(job)}
            onRemove={() => onRemove(job)}
          />
        ))}
      </Rows>
      {more > 0 &&
        (limit < MOST_SHOWN ? (
          <p>
            <Button onClick={() => setLimit(Math.min(limit * 2, MOST_SHOWN))}>
              <Trans>Show more of {more} others</Trans>
            </Button>
          </p>
        ) : (
          <p>
            <Trans>{more} others are found by their names.</Trans>
          </p>
        ))}
    </Card>
  );
}
