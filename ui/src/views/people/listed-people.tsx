import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useChannels } from '../../gateway/channel-status';
import type { Role } from '../../gateway/pairing';
import { useLive } from '../../gateway/use-live';
import { Link } from '../../kit/link';
import { Row, Rows } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { placeName } from '../../kit/place-name';
import { Failure } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import { MAY, ROLES } from './roles';

const MAX_NAME = 60;
const MOST = 500;

interface Listed {
  peers: { id: string; name?: string; role?: Role; from: 'paired' | 'configuration' | 'conversation' }[];
}

/** People whom the settings let write, of every account. */
export function ListedPeople() {
  const { data } = useChannels();
  return data?.channelOrder.flatMap((channel) =>
    (data.channelAccounts[channel] ?? []).map(({ accountId }) => (
      <OfAccount key={`${channel} ${accountId}`} channel={channel} accountId={accountId} />
    )),
  );
}

function OfAccount({ channel, accountId }: { channel: string; accountId: string }) {
  const { data, error, refresh } = useLive<Listed>(['directory.peers', { channel, accountId, limit: MOST }], {
    events: ['channels.', 'config.changed'],
  });
  const isDefault = accountId === 'default';
  const place = isDefault ? `channels.${channel}` : `channels.${channel}.accounts.${accountId}`;
  const listed = (data?.peers ?? []).filter(({ from }) => from === 'configuration');
  if (!data && error !== undefined)
    return <Failure what={t`Who is on the list could not be read.`} why={error} onRetry={refresh} />;
  if (listed.length === 0) return null;
  return (
    <Rows testId="listed-people">
      {listed.map(({ id, name, role = 'guest' }) => (
        <Row
          key={id}
          title={
            <>
              <SafeText text={name ?? (id.startsWith('@') ? id : t`Id ${id}`)} max={MAX_NAME} />
              {' · '}
              <SafeText text={placeName(isDefault ? channel : `${channel}/${accountId}`)} max={MAX_NAME} />
            </>
          }
          detail={
            <>
              <Trans>on the list of the settings</Trans>
              <br />
              {MAY[role]}
            </>
          }
        >
          <span>{ROLES[role]}</span>
          <Link to={addressOf('settings', { path: `${place}.allowFrom` })}>
            <Trans>Change the list</Trans>
          </Link>
        </Row>
      ))}
    </Rows>
  );
}
