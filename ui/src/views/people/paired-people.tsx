import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { PairedSender, Pairing } from '../../gateway/pairing';
import { Button } from '../../kit/button';
import { Choice } from '../../kit/field';
import { Row, Rows } from '../../kit/page';
import { placeName } from '../../kit/place-name';
import { Empty, Skeleton } from '../../kit/states';
import { dayInText } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { MAY, ROLES } from './roles';
import css from './people.module.css';

const MAX_NAME = 60;

/** Who was let in by code, as what, and can be shut out again. */
export function PairedPeople({
  approved,
  loaded,
  revoke,
  admit,
}: Pick<Pairing, 'approved' | 'loaded' | 'revoke' | 'admit'>) {
  if (!loaded) return <Skeleton lines={2} />;
  if (approved.length === 0)
    return (
      <Empty title={t`Nobody was let in yet`}>
        <p>
          <Trans>Whoever writes to the assistant for the first time gets a code, and is shown here with it.</Trans>
        </p>
      </Empty>
    );
  const shutOut = (sender: PairedSender): void =>
    revoke(sender, () =>
      toast(t`${sender.name ?? sender.senderId} can’t write to the assistant any more.`, {
        undo: () => admit(sender, sender.role),
      }),
    );
  return (
    <Rows testId="paired-people">
      {approved.map((sender) => {
        const { channel, account, senderId, name, role, approvedAt } = sender;
        const place = placeName(account === 'default' ? channel : `${channel}/${account}`);
        return (
          <Row
            key={`${channel} ${account} ${senderId}`}
            title={
              <>
                <SafeText text={name ?? t`Id ${senderId}`} max={MAX_NAME} />
                {' · '}
                <SafeText text={place} max={MAX_NAME} />
              </>
            }
            detail={
              <>
                {name !== undefined && (
                  <>
                    <Trans>
                      id <SafeText text={senderId} max={MAX_NAME} />
                    </Trans>
                    {' · '}
                  </>
                )}
                <Trans>let in {dayInText(approvedAt)}</Trans>
                <br />
                {MAY[role]}
              </>
            }
          >
            <div className={css['as']}>
              <Choice
                label={t`What ${name ?? senderId} is`}
                value={role}
                options={ROLES}
                onChange={(next) => admit(sender, next)}
              />
            </div>
            <Button look="danger" onClick={() => shutOut(sender)}>
              <Trans>Shut out</Trans>
            </Button>
          </Row>
        );
      })}
    </Rows>
  );
}
