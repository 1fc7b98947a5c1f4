import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { type ChannelAccount, toneOf, useChannels } from '../../gateway/channel-status';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Card, Row, Rows } from '../../kit/page';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { shortMoment } from '../../kit/time';
import { SafeText } from '../../text/safe-text';

const POLICIES: Readonly<Record<string, string>> = {
  get pairing() {
    return t`new people ask with a code`;
  },
  get allowlist() {
    return t`only people on the list`;
  },
  get open() {
    return t`everybody may write`;
  },
  get disabled() {
    return t`nobody may write`;
  },
};

/** Accounts at chat platforms: how each is doing, and starting and stopping them. */
export function ChannelsCard() {
  const { call } = useGateway();
  const { data, error, refresh } = useChannels();
  const [problem, setProblem] = useState<string>();
  const switchAccount = (channel: string, account: ChannelAccount): void => {
    const params = { channel, accountId: account.accountId };
    (account.running ? call('channels.stop', params) : call('channels.start', params)).then(
      () => {
        setProblem(undefined);
        refresh();
      },
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };
  const told = problem ?? (data ? undefined : error);
  return (
    <Card title={t`Channels`}>
      {told !== undefined && <Failure what={t`That did not work.`} why={told} onRetry={refresh} />}
      {!data && error === undefined && <Skeleton />}
      {data?.channelOrder.length === 0 && (
        <Empty title={t`No chat platform is connected yet`}>
          <p>
            <Trans>
              On the machine of the gateway, <code>openclaw onboard</code> connects Telegram, Discord or Slack.
            </Trans>
          </p>
        </Empty>
      )}
      <Rows>
        {data?.channelOrder.flatMap((channel) =>
          (data.channelAccounts[channel] ?? []).map((account) => (
            <Row
              key={`${channel} ${account.accountId}`}
              title={
                <>
                  {data.channelLabels[channel] ?? channel}
                  {account.accountId !== 'default' && (
                    <>
                      {' · '}
                      <SafeText text={account.accountId} max={60} />
                    </>
                  )}
                </>
              }
              detail={<AccountDetail account={account} />}
            >
              <Status tone={toneOf(account)}>{account.state ?? (account.running ? t`running` : t`stopped`)}</Status>
              <Button onClick={() => switchAccount(channel, account)}>{account.running ? t`Stop` : t`Start`}</Button>
            </Row>
          )),
        )}
      </Rows>
    </Card>
  );
}

function AccountDetail({ account }: { account: ChannelAccount }) {
  const { dmPolicy, lastInboundAt, lastError, state } = account;
  const parts = [
    ...(dmPolicy ? [POLICIES[dmPolicy] ?? dmPolicy] : []),
    ...(lastInboundAt ? [t`last message ${shortMoment(lastInboundAt)}`] : []),
    ...(lastError && state !== 'connected' ? [lastError] : []),
  ];
  return <SafeText text={parts.join(' · ')} max={240} />;
}
