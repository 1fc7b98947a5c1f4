import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useLive } from '../../gateway/use-live';
import { Link } from '../../kit/link';
import { Card, Rows } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { Failure, Skeleton } from '../../kit/states';
import type { Job } from './job';
import { JobRow } from './job-row';
import { useZone } from './use-zone';

interface OneJobProps {
  id: string;
  onDuplicate(job: Job): void;
  onRemove(job: Job): void;
}

/** A job by itself, with all of it. */
export function OneJob({ id, onDuplicate, onRemove }: OneJobProps) {
  const { data, error, refresh } = useLive<Job>(['cron.get', { id }], { events: ['cron'] });
  const zone = useZone();
  return (
    <Card
      title={t`One job`}
      aside={
        <Link to={addressOf('jobs')}>
          <Trans>All jobs</Trans>
        </Link>
      }
    >
      {error !== undefined && !data && <Failure what={t`The job could not be read.`} why={error} onRetry={refresh} />}
      {!data && error === undefined && <Skeleton lines={4} />}
      {data && (
        <Rows testId="jobs">
          <JobRow
            job={data}
            zone={zone}
            isOpen
            onChanged={refresh}
            onDuplicate={() => onDuplicate(data)}
            onRemove={() => onRemove(data)}
          />
        </Rows>
      )}
    </Card>
  );
}
