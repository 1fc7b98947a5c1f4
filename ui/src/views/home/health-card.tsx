import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { stateInWords, toneOf, useChannels } from '../../gateway/channel-status';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { useOffline } from '../../gateway/use-offline';
import { Button } from '../../kit/button';
import { Card, Row, Rows } from '../../kit/page';
import { Failure, Skeleton, Status } from '../../kit/states';
import { roughly } from '../../kit/time';
import { useNow } from '../../kit/use-now';
import { SafeText } from '../../text/safe-text';
import css from './home.module.css';

interface GatewayStatus {
  sessions?: { count: number; defaults?: { model: string | null } };
}

/** The gateway, its model and its channels, a line each. */
export function HealthCard() {
  const { connection, hello, logOut } = useGateway();
  const now = useNow(1000);
  const isOffline = useOffline();
  const { data: status, error, refresh } = useLive<GatewayStatus>(['status'], { everyMs: 15_000 });
  const { data: channels } = useChannels();
  const isConnected = connection.kind === 'connected';
  return (
    <Card title={t`Health`} testId="status-panel">
      <Rows>
        <Row
          mark={<Status tone={isConnected ? 'good' : 'warn'}>{''}</Status>}
          title={t`Gateway`}
          detail={
            isConnected && hello
              ? t`up ${roughly(hello.snapshot.uptimeMs + now - hello.at)} · version ${hello.server.version}`
              : t`not connected; the page tries again by itself`
          }
        />
        <Row
          mark={<Status tone={isOffline ? 'warn' : status ? 'good' : 'off'}>{''}</Status>}
          title={t`Model`}
          detail={
            isOffline ? (
              t`none is connected; the offline assistant answers`
            ) : (
              <SafeText text={status?.sessions?.defaults?.model ?? '…'} max={80} />
            )
          }
        />
        {channels?.channelOrder.flatMap((channel) =>
          (channels.channelAccounts[channel] ?? []).map((account) => (
            <Row
              key={`${channel} ${account.accountId}`}
              mark={<Status tone={toneOf(account)}>{''}</Status>}
              title={`${channels.channelLabels[channel] ?? channel}${account.accountId === 'default' ? '' : ` · ${account.accountId}`}`}
              detail={<SafeText text={stateInWords(account)} max={120} />}
            />
          )),
        )}
      </Rows>
      {!status && error === undefined && <Skeleton lines={2} />}
      {!status && error !== undefined && (
        <Failure what={t`How the gateway is could not be read.`} why={error} onRetry={refresh} />
      )}
      <p className={css['actions']}>
        <Button onClick={logOut}>
          <Trans>Log out of this browser</Trans>
        </Button>
      </p>
    </Card>
  );
}
