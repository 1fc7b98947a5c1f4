import { t } from '@lingui/core/macro';
import { Link } from '../../kit/link';
import { addressOf } from '../../kit/place';
import { Status } from '../../kit/states';
import { clockTime } from '../../kit/time';
import { SafeText } from '../../text/safe-text';
import { type RunStatus, TONES, WORDS } from './job-run';

/** One time of a job in a calendar. */
export interface Time {
  id: string;
  name: string;
  atMs: number;
  /** What came of it; none while it is still to come. */
  status?: RunStatus | 'running';
}

const MAX_NAME = 60;

export function CalendarTime({ time: { id, name, atMs, status } }: { time: Time }) {
  const came = status === undefined ? undefined : status === 'running' ? t`running` : WORDS[status];
  return (
    <li>
      <Status tone={status === undefined ? 'off' : status === 'running' ? 'busy' : TONES[status]}>
        {clockTime(atMs)}{' '}
        <Link to={addressOf('jobs', { id })}>
          <SafeText text={name} max={MAX_NAME} />
        </Link>
        {came !== undefined && ` · ${came}`}
      </Status>
    </li>
  );
}
