import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { SafeText } from '../../text/safe-text';
import { date } from '../../words/formats';
import type { Previewed } from './use-preview';
import css from './jobs.module.css';

/** When it would run next, as the gateway says, or why it can't say. */
export function NextTimes({ preview: { data, error } }: { preview: Previewed }) {
  if (error !== undefined)
    return (
      <p className={css['problem']}>
        <SafeText text={error} max={400} />
      </p>
    );
  if (!data) return null;
  const { next, timeZone } = data;
  return (
    <>
      <p>
        {next.length === 0 ? t`That time is over: it would never run.` : <Trans>Next (clocks of {timeZone}):</Trans>}
      </p>
      <ol className={css['next']} data-testid="next-times">
        {next.map(({ atMs }) => (
          <li key={atMs}>
            {date(atMs, {
              weekday: 'short',
              day: 'numeric',
              month: 'short',
              hour: '2-digit',
              minute: '2-digit',
              timeZone,
            })}
          </li>
        ))}
      </ol>
    </>
  );
}
