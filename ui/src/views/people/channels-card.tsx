import { useState } from 'react';
import { messageOf } from '../../../../src/common/openclaw-error';
import { type ChannelAccount, toneOf, useChannels } from '../../gateway/channel-status';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Card, Row, Rows } from '../../kit/page';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { shortMoment } from '../../kit/time';
import { SafeText } from '../../text/safe-text';

const POLICIES: Readonly<Record<string, string>> = {
  pairing: 'new people ask with a code',
  allowlist: 'only people on the list',
  open: 'everybody may write',
  disabled: 'nobody may write',
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
    <Card title="Channels">
      {told !== undefined && <Failure what="That did not work." why={told} onRetry={refresh} />}
      {!data && error === undefined && <Skeleton />}
      {data?.channelOrder.length === 0 && (
        <Empty title="No chat platform is connected yet">
          <p>
            On the machine of the gateway, <code>openclaw onboard</code> connects Telegram, Discord or Slack.
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
              <Status tone={toneOf(account)}>{account.state ?? (account.running ? 'running' : 'stopped')}</Status>
              <Button onClick={() => switchAccount(channel, account)}>{account.running ? 'Stop' : 'Start'}</Button>
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
    ...(lastInboundAt ? [`last message ${shortMoment(lastInboundAt)}`] : []),
    ...(lastError && state !== 'connected' ? [lastError] : []),
  ];
  return <SafeText text={parts.join(' · ')} max={240} />;
}
