import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { PairingRequest } from '../gateway/pairing';
import { Link } from '../kit/link';
import { addressOf } from '../kit/place';
import { placeName } from '../kit/place-name';
import { SafeText } from '../text/safe-text';
import css from './room.module.css';

const MAX_NAME = 40;

interface PeopleBarProps {
  requests: readonly PairingRequest[];
  /** Where they are let in, no line has to lead there. */
  isThere: boolean;
}

/** One line for strangers, however many they are: what they are called covers nothing. */
export function PeopleBar({ requests, isThere }: PeopleBarProps) {
  const [first] = requests;
  if (!first || isThere) return null;
  return (
    <aside className={css['people']} aria-label={t`People who ask to write`} data-testid="people-bar">
      <span>
        {requests.length === 1 ? (
          <>
            <Trans>
              <SafeText text={first.name ?? t`Somebody`} max={MAX_NAME} /> asks to write on{' '}
              <SafeText text={placeName(first.channel)} max={MAX_NAME} />
            </Trans>
          </>
        ) : (
          t`${requests.length} people ask to write to the assistant`
        )}
      </span>
      <Link to={addressOf('people')}>
        <Trans>Look</Trans>
      </Link>
    </aside>
  );
}
