import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { useChannels } from '../../gateway/channel-status';
import { Button } from '../../kit/button';
import { PLATFORMS, type Platform } from '../../kit/channels/platforms';
import { Card, Rows } from '../../kit/page';
import { Empty, Failure, Skeleton } from '../../kit/states';
import { AccountRow } from './account-row';
import { ConnectPlatform } from './connect-platform';

/** Accounts at chat platforms: how each is doing, and connecting another platform. */
export function ChannelsCard() {
  const { data, error, refresh } = useChannels();
  const [isConnecting, setConnecting] = useState(false);
  const accounts = (data?.channelOrder ?? []).flatMap((channel) =>
    (data?.channelAccounts[channel] ?? []).map((account) => ({
      channel,
      label: data?.channelLabels[channel] ?? channel,
      account,
    })),
  );
  const left = (Object.keys(PLATFORMS) as Platform[]).filter(
    (platform) => !accounts.some(({ channel, account }) => channel === platform && account.configured !== false),
  );
  return (
    <Card
      title={t`Channels`}
      aside={
        data !== undefined &&
        left.length > 0 &&
        !isConnecting && (
          <Button icon="plus" onClick={() => setConnecting(true)}>
            <Trans>Connect a platform</Trans>
          </Button>
        )
      }
    >
      {!data && error !== undefined && (
        <Failure what={t`The channels could not be read.`} why={error} onRetry={refresh} />
      )}
      {!data && error === undefined && <Skeleton />}
      {isConnecting && left.length > 0 && (
        <ConnectPlatform
          platforms={left}
          onDone={() => {
            setConnecting(false);
            refresh();
          }}
        />
      )}
      {data && accounts.length === 0 && !isConnecting && (
        <Empty title={t`No chat platform is connected yet`}>
          <p>
            <Trans>Telegram, Discord or Slack: all that is needed is the token of a bot.</Trans>
          </p>
        </Empty>
      )}
      <Rows>
        {accounts.map(({ channel, label, account }) => (
          <AccountRow
            key={`${channel} ${account.accountId}`}
            channel={channel}
            label={label}
            account={account}
            onChanged={refresh}
          />
        ))}
      </Rows>
    </Card>
  );
}
