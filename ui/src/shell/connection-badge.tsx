import { t } from '@lingui/core/macro';
import type { ConnectionState } from '../../../packages/client/client';
import { Link } from '../kit/link';
import { addressOf } from '../kit/place';
import { Status } from '../kit/states';
import css from './nav.module.css';

const TEXT = {
  get connecting() {
    return t`Connecting`;
  },
  get connected() {
    return t`Connected`;
  },
  get waiting() {
    return t`Reconnecting`;
  },
  get refused() {
    return t`Not signed in`;
  },
} as const;

/** Whether the gateway is there; leads to how it is. */
export function ConnectionBadge({ connection }: { connection: ConnectionState }) {
  const reason =
    connection.kind === 'waiting' ? connection.reason : connection.kind === 'refused' ? connection.error.message : '';
  return (
    <Link
      to={addressOf('home')}
      className={css['connection']}
      data-state={connection.kind}
      data-testid="connection"
      title={reason || t`How the gateway is`}
    >
      <Status tone={connection.kind === 'connected' ? 'good' : 'warn'}>{TEXT[connection.kind]}</Status>
    </Link>
  );
}
