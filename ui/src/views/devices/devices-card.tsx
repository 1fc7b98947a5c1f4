import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Card, Row, Rows } from '../../kit/page';
import { Rename } from '../../kit/rename';
import { Empty, Skeleton, Status } from '../../kit/states';
import { dayInText, roughly } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { useNow } from '../../kit/use-now';
import { useRemoved } from '../../kit/use-removed';
import { SafeText } from '../../text/safe-text';
import { type Devices, MAX_NAME, type PairedDevice, isOnlyNode, lastUsed, nameOf, rightsOf } from './device';

interface Presence {
  deviceId?: string;
  reason?: string;
}

/** Not used for so long, a device has most likely been given away. */
const STALE_MS = 30 * 86_400_000;

interface DevicesCardProps {
  devices: Devices | undefined;
  error: string | undefined;
  onChanged(): void;
}

/** Browsers and apps that were let in, the latest used first. */
export function DevicesCard({ devices, error, onChanged }: DevicesCardProps) {
  const { call } = useGateway();
  const now = useNow(30_000);
  const { ids, remove } = useRemoved();
  const { data: here } = useLive<Presence[]>(['system-presence'], { events: ['presence'] });
  const connected = new Set(
    // Whoever has left is still named for a while.
    (Array.isArray(here) ? here : []).filter(({ reason }) => reason !== 'disconnect').map(({ deviceId }) => deviceId),
  );
  const paired = (devices?.paired ?? [])
    // What is a node and nothing else stands among the nodes.
    .filter((device) => !ids.has(device.deviceId) && !isOnlyNode(device))
    .sort((a, b) => lastUsed(b) - lastUsed(a));
  const stale = paired.filter((device) => now - lastUsed(device) > STALE_MS && !connected.has(device.deviceId));
  const forget = ({ deviceId }: PairedDevice): Promise<unknown> =>
    call('device.pair.remove', { deviceId }).then(onChanged);
  return (
    <Card
      title={t`May connect`}
      aside={
        stale.length > 0 && (
          <Button
            onClick={() => {
              for (const device of stale)
                remove(device.deviceId, t`Removed “${nameOf(device)}”.`, () => forget(device));
            }}
          >
            <Trans>Remove {stale.length} not used for a month</Trans>
          </Button>
        )
      }
    >
      {!devices && error === undefined && <Skeleton lines={4} />}
      {devices && paired.length === 0 && <Empty title={t`No device is paired yet`} />}
      <Rows testId="devices">
        {paired.map((device) => (
          <DeviceRow
            key={device.deviceId}
            device={device}
            now={now}
            isConnected={connected.has(device.deviceId)}
            onChanged={onChanged}
            onRemove={() => remove(device.deviceId, t`Removed “${nameOf(device)}”.`, () => forget(device))}
          />
        ))}
      </Rows>
    </Card>
  );
}

interface DeviceRowProps {
  device: PairedDevice;
  now: number;
  isConnected: boolean;
  onChanged(): void;
  onRemove(): void;
}

function DeviceRow({ device, now, isConnected, onChanged, onRemove }: DeviceRowProps) {
  const { call } = useGateway();
  const [isNaming, setNaming] = useState(false);
  const rename = (label: string): void => {
    setNaming(false);
    call('device.pair.rename', { deviceId: device.deviceId, label }).then(onChanged, (failure: unknown) =>
      toast(messageOf(failure)),
    );
  };
  return (
    <Row
      title={<SafeText text={nameOf(device)} max={MAX_NAME} />}
      detail={
        <>
          <Trans>
            may: <SafeText text={rightsOf(device)} max={200} />
          </Trans>
          {' · '}
          <Trans>
            paired {dayInText(device.approvedAtMs, now)} · last used {roughly(Math.max(0, now - lastUsed(device)))} ago
          </Trans>
        </>
      }
      below={
        isNaming && (
          <Rename
            label={t`Name of the device`}
            name={nameOf(device)}
            max={MAX_NAME}
            onRename={rename}
            onCancel={() => setNaming(false)}
          />
        )
      }
    >
      <Status tone={isConnected ? 'good' : 'off'}>{isConnected ? t`connected` : t`away`}</Status>
      <Button onClick={() => setNaming(true)}>
        <Trans>Rename</Trans>
      </Button>
      <Button look="danger" onClick={onRemove}>
        <Trans>Remove</Trans>
      </Button>
    </Row>
  );
}
