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
    <aside className={css['people']} aria-label="People who ask to write" data-testid="people-bar">
      <span>
        {requests.length === 1 ? (
          <>
            <SafeText text={first.name ?? 'Somebody'} max={MAX_NAME} /> asks to write on{' '}
            <SafeText text={placeName(first.channel)} max={MAX_NAME} />
          </>
        ) : (
          `${requests.length} people ask to write to the assistant`
        )}
      </span>
      <Link to={addressOf('people')}>Look</Link>
    </aside>
  );
}
