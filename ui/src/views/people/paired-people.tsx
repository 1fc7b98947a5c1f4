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
      <Empty title="Nobody was let in yet">
        <p>Whoever writes to the assistant for the first time gets a code, and is shown here with it.</p>
      </Empty>
    );
  return (
    <Rows testId="paired-people">
      {approved.map((sender) => (
        <Row
          key={`${sender.channel} ${sender.account} ${sender.senderId}`}
          title={<SafeText text={`${placeName(sender.channel)} ${sender.senderId}`} max={80} />}
          detail={sender.account === 'default' ? undefined : <SafeText text={`account ${sender.account}`} max={80} />}
        >
          <Button look="danger" onClick={() => revoke(sender)}>
            Shut out
          </Button>
        </Row>
      ))}
    </Rows>
  );
}
