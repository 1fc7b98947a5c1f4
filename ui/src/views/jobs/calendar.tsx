import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useLive } from '../../gateway/use-live';
import { classes } from '../../kit/classes';
import { Link } from '../../kit/link';
import { Card } from '../../kit/page';
import { addressOf, usePlace } from '../../kit/place';
import { Failure, Skeleton } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import { date, weekdayName } from '../../words/formats';
import { CalendarTime, type Time } from './calendar-time';
import { Day } from './day';
import { type Schedule, inWords } from './job';
import { dayOf, firstOfWeek, isSameMonth, monthFrom, noonOf, today, weeksOf } from './month';
import css from './calendar.module.css';

interface Month {
  days: { day: string; count: number; times: Time[] }[];
  frequent: { id: string; name: string; schedule: Schedule }[];
  frequentCount: number;
}

/** Times that are named in a field of the month. */
const MOST = 3;
const MAX_NAME = 60;
const WEEK = [0, 1, 2, 3, 4, 5, 6];

const to = (day: string): string => addressOf('jobs', { show: 'calendar', day });

/** A month with what jobs did and will do in it, and one of its days in full. */
export function Calendar() {
  const { query } = usePlace();
  const chosen = dayOf(query.get('day')) ?? today();
  const weeks = weeksOf(chosen);
  const [from = chosen] = weeks.flat();
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const { data, error, refresh } = useLive<Month>(
    ['cron.calendar', { from, days: weeks.flat().length, tz: timeZone, most: MOST }],
    { events: ['cron'] },
  );
  const month = date(noonOf(chosen), { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const known = new Map(data?.days.map((each) => [each.day, each]));
  return (
    <>
      <Card
        title={month}
        testId="calendar"
        aside={
          <span className={css['turn']}>
            <Link to={to(monthFrom(chosen, -1))}>
              <Trans>Previous month</Trans>
            </Link>
            <Link to={to(today())}>
              <Trans>Today</Trans>
            </Link>
            <Link to={to(monthFrom(chosen, 1))}>
              <Trans>Next month</Trans>
            </Link>
          </span>
        }
      >
        {error !== undefined && !data && (
          <Failure what={t`The calendar could not be read.`} why={error} onRetry={refresh} />
        )}
        {!data && error === undefined && <Skeleton lines={10} />}
        {data && (
          <>
            <Frequent {...data} />
            <table className={css['month']}>
              <caption className="visually-hidden">
                <Trans>Jobs in {month}</Trans>
              </caption>
              <thead>
                <tr>
                  {WEEK.map((index) => (
                    <th key={index} scope="col">
                      {weekdayName((index + firstOfWeek()) % WEEK.length, 'short')}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {weeks.map((week) => (
                  <tr key={week[0]}>
                    {week.map((day) => (
                      <Field key={day} day={day} chosen={chosen} found={known.get(day)} />
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
      </Card>
      <Day key={chosen} day={chosen} timeZone={timeZone} />
    </>
  );
}

/** What comes too often to stand in single days. */
function Frequent({ frequent, frequentCount }: Month) {
  if (frequentCount === 0) return null;
  const more = frequentCount - frequent.length;
  return (
    <div className={css['frequent']} data-testid="frequent">
      <p>
        <Trans>All day long:</Trans>
      </p>
      <ul>
        {frequent.map(({ id, name, schedule }) => (
          <li key={id}>
            <Link to={addressOf('jobs', { id })}>
              <SafeText text={name} max={MAX_NAME} />
            </Link>{' '}
            {inWords(schedule)}
          </li>
        ))}
        {more > 0 && (
          <li>
            <Trans>and {more} more</Trans>
          </li>
        )}
      </ul>
    </div>
  );
}

interface FieldProps {
  day: string;
  chosen: string;
  found: Month['days'][number] | undefined;
}

function Field({ day, chosen, found }: FieldProps) {
  const { count = 0, times = [] } = found ?? {};
  const more = count - times.length;
  const name = date(noonOf(day), { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' });
  return (
    <td
      className={classes(css['field'], !isSameMonth(day, chosen) && css['other'])}
      data-day={day}
      data-today={day === today()}
    >
      <Link
        to={to(day)}
        className={css['number']}
        aria-label={count === 0 ? name : `${name} (${count})`}
        aria-current={day === chosen ? 'date' : undefined}
      >
        {Number(day.slice(8))}
      </Link>
      {count > 0 && (
        <span className={css['count']} aria-hidden="true">
          {count}
        </span>
      )}
      {times.length > 0 && (
        <ul className={css['times']}>
          {times.map((time) => (
            <CalendarTime key={`${time.id} ${time.atMs}`} time={time} />
          ))}
          {more > 0 && (
            <li className={css['more']}>
              <Link to={to(day)}>
                <Trans>and {more} more</Trans>
              </Link>
            </li>
          )}
        </ul>
      )}
    </td>
  );
}
