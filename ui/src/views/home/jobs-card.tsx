import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useLive } from '../../gateway/use-live';
import { Link } from '../../kit/link';
import { Card, Row, Rows } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { momentInText } from '../../kit/time';
import { useNow } from '../../kit/use-now';
import { SafeText } from '../../text/safe-text';
import css from './home.module.css';

interface Jobs {
  jobs: { id: string; name: string; state: { nextRunAtMs?: number; lastStatus?: 'ok' | 'error' | 'skipped' } }[];
  total: number;
}

const SHOWN = 4;
const TONES = { ok: 'good', error: 'bad', skipped: 'off' } as const;
const LAST: Readonly<Record<keyof typeof TONES, string>> = {
  get ok() {
    return t`went well last time`;
  },
  get error() {
    return t`failed last time`;
  },
  get skipped() {
    return t`was left out last time`;
  },
};

/** What the assistant does next by itself, and how that went last time. */
export function JobsCard() {
  const now = useNow(30_000);
  const { data, error, refresh } = useLive<Jobs>(['cron.list', { limit: SHOWN, compact: true }], { events: ['cron'] });
  const { data: cron } = useLive<{ enabled: boolean }>(['cron.status'], { events: ['cron'] });
  const more = data ? data.total - data.jobs.length : 0;
  return (
    <Card
      title={t`Jobs`}
      testId="next-jobs"
      aside={
        <Link to={addressOf('jobs', data?.jobs.length === 0 ? {} : { show: 'calendar' })}>
          {data?.jobs.length === 0 ? t`Plan one` : t`Calendar`}
        </Link>
      }
    >
      {cron?.enabled === false && (
        <p className={css['hint']}>
          <Trans>Jobs are switched off: nothing is done by itself.</Trans>
        </p>
      )}
      {!data && error === undefined && <Skeleton />}
      {!data && error !== undefined && <Failure what={t`The jobs could not be read.`} why={error} onRetry={refresh} />}
      {data?.jobs.length === 0 && <Empty title={t`No job is planned`} />}
      <Rows>
        {data?.jobs.map(({ id, name, state: { nextRunAtMs, lastStatus } }) => (
          <Row
            key={id}
            mark={<Status tone={lastStatus ? TONES[lastStatus] : 'off'}>{''}</Status>}
            title={
              <Link to={addressOf('jobs', { id })}>
                <SafeText text={name} max={80} />
              </Link>
            }
            detail={
              <>
                {nextRunAtMs === undefined ? t`not planned any more` : momentInText(nextRunAtMs, now)}
                {lastStatus && ` · ${LAST[lastStatus]}`}
              </>
            }
          />
        ))}
      </Rows>
      {more > 0 && (
        <p className={css['hint']}>
          <Link to={addressOf('jobs')}>{plural(more, { one: '# other job', other: '# other jobs' })}</Link>
        </p>
      )}
    </Card>
  );
}
