import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import type { ConnectionState } from '../../../packages/client/client';
import { SafeText } from '../text/safe-text';
import css from './room.module.css';

/** A connection that is back sooner was never missed. */
const MISSED_MS = 1500;

/** Over every view while the gateway is away: what is shown may be old, and nothing that is written is lost. */
export function ConnectionBar({ connection }: { connection: ConnectionState }) {
  const isAway = connection.kind !== 'connected';
  const [isMissed, setMissed] = useState(false);
  useEffect(() => {
    if (!isAway) return undefined;
    const timer = setTimeout(() => setMissed(true), MISSED_MS);
    return () => {
      clearTimeout(timer);
      setMissed(false);
    };
  }, [isAway]);
  return (
    <div role="status">
      {isAway && isMissed && (
        <p className={css['away']} data-testid="connection-bar">
          <Trans>
            The gateway is not connected. The page connects again by itself; what you write is kept, and what you see
            may be old.
          </Trans>{' '}
          {connection.kind === 'waiting' && (
            <small>
              <SafeText text={connection.reason} max={80} />
            </small>
          )}
        </p>
      )}
    </div>
  );
}
