import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { shortId } from '../../../../src/common/short-id';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Card, Page, Row, Rows } from '../../kit/page';
import { ConnectPhone } from '../../kit/phone/connect-phone';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { roughly, dayInText } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { useNow } from '../../kit/use-now';
import { SafeText } from '../../text/safe-text';

interface Device {
  deviceId: string;
  displayName?: string;
  operatorLabel?: string;
  platform?: string;
  clientId?: string;
  clientMode?: string;
  role?: string;
  roles?: string[];
  scopes?: string[];
  remoteIp?: string;
}
interface PairedDevice extends Device {
  approvedAtMs: number;
  tokens?: { role: string; lastUsedAtMs?: number; revokedAtMs?: number }[];
}
interface PendingDevice extends Device {
  requestId: string;
  ts: number;
}
interface Devices {
  pending: PendingDevice[];
  paired: PairedDevice[];
}
interface Presence {
  presence?: { deviceId?: string; mode?: string; ts?: number; reason?: string }[];
}

const PAGE = 'openclaw-control-ui';
const MAX_NAME = 60;
/** Not used for so long, a device has most likely been given away. */
const STALE_MS = 30 * 86_400_000;

/** Browsers of earlier versions had no name of their own. */
const nameOf = ({ operatorLabel, displayName, clientId, platform, deviceId }: Device): string =>
  operatorLabel ??
  displayName ??
  (clientId === PAGE ? t`A browser with this page` : undefined) ??
  ([clientId, platform].filter(Boolean).join(' on ') || shortId(deviceId, 12));

const lastUsed = ({ tokens, approvedAtMs }: PairedDevice): number =>
  Math.max(approvedAtMs, ...(tokens ?? []).map(({ lastUsedAtMs }) => lastUsedAtMs ?? 0));

/** Browsers, apps and machines that may connect, and those that ask to. */
export default function DevicesView() {
  const { call } = useGateway();
  const now = useNow(30_000);
  const { data, error, refresh } = useLive<Devices>(['device.pair.list'], { events: ['device.pair.', 'presence'] });
  const { data: here } = useLive<Presence['presence']>(['system-presence'], { events: ['presence'] });
  const [problem, setProblem] = useState<string>();
  const attempt = (work: Promise<unknown>, done: string): void => {
    work.then(
      () => {
        setProblem(undefined);
        toast(done);
        refresh();
      },
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };
  const connected = new Set(
    // Whoever has left is still named for a while.
    (Array.isArray(here) ? here : []).filter(({ reason }) => reason !== 'disconnect').map(({ deviceId }) => deviceId),
  );
  const paired = [...(data?.paired ?? [])].sort((a, b) => lastUsed(b) - lastUsed(a));
  const stale = paired.filter((device) => now - lastUsed(device) > STALE_MS && !connected.has(device.deviceId));

  return (
    <Page title={t`Devices & nodes`} lead={t`What may connect to the gateway.`}>
      {problem !== undefined && <Failure what={t`That did not work.`} why={problem} />}
      {error !== undefined && !data && (
        <Failure what={t`The devices could not be read.`} why={error} onRetry={refresh} />
      )}
      {(data?.pending.length ?? 0) > 0 && (
        <Card title={t`Ask to connect`}>
          <Rows testId="device-requests">
            {data?.pending.map((device) => (
              <Row
                key={device.requestId}
                title={<SafeText text={nameOf(device)} max={MAX_NAME} />}
                detail={
                  <>
                    <Trans>
                      from <SafeText text={device.remoteIp ?? t`an unknown address`} max={MAX_NAME} /> ·{' '}
                      <SafeText text={(device.scopes ?? []).join(', ') || t`no rights named`} max={200} />
                    </Trans>
                  </>
                }
              >
                <Button
                  look="primary"
                  onClick={() => attempt(call('device.pair.approve', { requestId: device.requestId }), t`Let in.`)}
                >
                  <Trans>Let in</Trans>
                </Button>
                <Button
                  onClick={() => attempt(call('device.pair.reject', { requestId: device.requestId }), t`Turned down.`)}
                >
                  <Trans>Turn down</Trans>
                </Button>
              </Row>
            ))}
          </Rows>
        </Card>
      )}
      <Card title={t`Connect a phone`}>
        <ConnectPhone />
      </Card>
      <Card
        title={t`May connect`}
        aside={
          stale.length > 0 && (
            <Button
              onClick={() =>
                attempt(
                  Promise.all(stale.map(({ deviceId }) => call('device.pair.remove', { deviceId }))),
                  t`Removed ${stale.length}.`,
                )
              }
            >
              <Trans>Remove {stale.length} not used for a month</Trans>
            </Button>
          )
        }
      >
        {!data && error === undefined && <Skeleton lines={4} />}
        {data && paired.length === 0 && <Empty title={t`No device is paired yet`} />}
        <Rows testId="devices">
          {paired.map((device) => (
            <Row
              key={device.deviceId}
              title={<SafeText text={nameOf(device)} max={MAX_NAME} />}
              detail={
                <>
                  {(device.roles ?? [device.role ?? 'operator']).join(', ')} ·{' '}
                  <Trans>
                    paired {dayInText(device.approvedAtMs, now)} · last used{' '}
                    {roughly(Math.max(0, now - lastUsed(device)))} ago
                  </Trans>
                </>
              }
            >
              <Status tone={connected.has(device.deviceId) ? 'good' : 'off'}>
                {connected.has(device.deviceId) ? t`connected` : t`away`}
              </Status>
              <Button
                look="danger"
                onClick={() => attempt(call('device.pair.remove', { deviceId: device.deviceId }), t`Removed.`)}
              >
                <Trans>Remove</Trans>
              </Button>
            </Row>
          ))}
        </Rows>
      </Card>
    </Page>
  );
}
