import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useOffline } from '../gateway/use-offline';
import { Link } from '../kit/link';
import { addressOf } from '../kit/place';
import css from './room.module.css';

/** Offers the way to a first answer where no language model is connected. */
export function SetupBar({ isThere }: { isThere: boolean }) {
  const isOffline = useOffline();
  if (isThere || isOffline !== true) return null;
  return (
    <section className={css['people']} aria-label={t`Set up`} data-testid="setup-bar">
      <span>
        <Trans>No language model is connected yet.</Trans>
      </span>
      <Link to={addressOf('setup')}>
        <Trans>Set up</Trans>
      </Link>
    </section>
  );
}
