import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Card, Page, Row, Rows } from '../../kit/page';
import { ConnectPhone } from '../../kit/phone/connect-phone';
import { Failure } from '../../kit/states';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { type Devices, MAX_NAME, type PendingDevice, nameOf, rightsOf } from './device';
import { DevicesCard } from './devices-card';
import { NodesCard } from './nodes-card';

/** Browsers, apps and machines that may connect, those that ask to, and what the assistant may use of them. */
export default function DevicesView() {
  const { call } = useGateway();
  const { data, error, refresh } = useLive<Devices>(['device.pair.list'], {
    events: ['device.pair.', 'node.pair.', 'presence'],
  });
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
  return (
    <Page title={t`Devices & nodes`} lead={t`What may connect to the gateway.`}>
      {problem !== undefined && <Failure what={t`That did not work.`} why={problem} />}
      {error !== undefined && !data && (
        <Failure what={t`The devices could not be read.`} why={error} onRetry={refresh} />
      )}
      {data !== undefined && data.pending.length > 0 && (
        <Card title={t`Ask to connect`}>
          <Rows testId="device-requests">
            {data.pending.map((device) => (
              <Asking
                key={device.requestId}
                device={device}
                onAllow={() => attempt(call('device.pair.approve', { requestId: device.requestId }), t`Let in.`)}
                onRefuse={() => attempt(call('device.pair.reject', { requestId: device.requestId }), t`Turned down.`)}
              />
            ))}
          </Rows>
        </Card>
      )}
      <NodesCard />
      <DevicesCard devices={data} error={error} onChanged={refresh} />
      <Card title={t`Connect a phone`}>
        <ConnectPhone />
      </Card>
    </Page>
  );
}

const Asking = ({ device, onAllow, onRefuse }: { device: PendingDevice; onAllow(): void; onRefuse(): void }) => (
  <Row
    title={<SafeText text={nameOf(device)} max={MAX_NAME} />}
    detail={
      <>
        <Trans>
          from <SafeText text={device.remoteIp ?? t`an unknown address`} max={MAX_NAME} /> · may then:{' '}
          <SafeText text={rightsOf(device) || t`no rights named`} max={200} />
        </Trans>
      </>
    }
  >
    <Button look="primary" onClick={onAllow}>
      <Trans>Let in</Trans>
    </Button>
    <Button onClick={onRefuse}>
      <Trans>Turn down</Trans>
    </Button>
  </Row>
);
