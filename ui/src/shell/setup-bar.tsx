import { useOffline } from '../gateway/use-offline';
import { Link } from '../kit/link';
import { addressOf } from '../kit/place';
import css from './room.module.css';

/** Offers the way to a first answer where no language model is connected. */
export function SetupBar({ isThere }: { isThere: boolean }) {
  const isOffline = useOffline();
  if (isThere || isOffline !== true) return null;
  return (
    <section className={css['people']} aria-label="Set up" data-testid="setup-bar">
      <span>No language model is connected yet.</span>
      <Link to={addressOf('setup')}>Set up</Link>
    </section>
  );
}
