import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { Pairing } from '../../gateway/pairing';
import { Button } from '../../kit/button';
import { Row, Rows } from '../../kit/page';
import { placeName } from '../../kit/place-name';
import { Empty, Skeleton } from '../../kit/states';
import { SafeText } from '../../text/safe-text';

/** Who was let in by code, and can be shut out again. */
export function PairedPeople({ approved, loaded, revoke }: Pick<Pairing, 'approved' | 'loaded' | 'revoke'>) {
  if (!loaded) return <Skeleton lines={2} />;
  if (approved.length === 0)
    return (
      <Empty title={t`Nobody was let in yet`}>
        <p>
          <Trans>Whoever writes to the assistant for the first time gets a code, and is shown here with it.</Trans>
        </p>
      </Empty>
    );
  return (
    <Rows testId="paired-people">
      {approved.map((sender) => (
        <Row
          key={`${sender.channel} ${sender.account} ${sender.senderId}`}
          title={<SafeText text={`${placeName(sender.channel)} ${sender.senderId}`} max={80} />}
          detail={sender.account === 'default' ? undefined : <SafeText text={t`account ${sender.account}`} max={80} />}
        >
          <Button look="danger" onClick={() => revoke(sender)}>
            <Trans>Shut out</Trans>
          </Button>
        </Row>
      ))}
    </Rows>
  );
}
