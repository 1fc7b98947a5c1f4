import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useLive } from '../../gateway/use-live';
import { Card } from '../../kit/page';
import { Empty, Failure, Skeleton } from '../../kit/states';
import { date } from '../../words/formats';
import { CalendarTime, type Time } from './calendar-time';
import { noonOf } from './month';
import css from './calendar.module.css';

const MOST = 500;

/** All times of a day. */
export function Day({ day, timeZone }: { day: string; timeZone: string }) {
  const { data, error, refresh } = useLive<{ days: [{ count: number; times: Time[] }] }>(
    ['cron.calendar', { from: day, days: 1, tz: timeZone, most: MOST }],
    { events: ['cron'] },
  );
  const [found] = data?.days ?? [];
  const more = (found?.count ?? 0) - (found?.times.length ?? 0);
  return (
    <Card title={date(noonOf(day), { dateStyle: 'full', timeZone: 'UTC' })} testId="day">
      {error !== undefined && !data && <Failure what={t`The day could not be read.`} why={error} onRetry={refresh} />}
      {!data && error === undefined && <Skeleton lines={3} />}
      {found?.count === 0 && <Empty title={t`Nothing on this day`} />}
      <ol className={css['day']}>
        {found?.times.map((time) => (
          <CalendarTime key={`${time.id} ${time.atMs}`} time={time} />
        ))}
        {more > 0 && (
          <li>
            <Trans>and {more} more</Trans>
          </li>
        )}
      </ol>
    </Card>
  );
}
