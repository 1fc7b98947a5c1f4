import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useApprovals } from '../../gateway/approvals';
import { shortKey } from '../../gateway/session-names';
import { Link } from '../../kit/link';
import { Card, Row, Rows } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { roughly } from '../../kit/time';
import { useNow } from '../../kit/use-now';
import { SafeText } from '../../text/safe-text';

/** Calls that wait for an answer. They are answered by the card that shows the whole of them, and nowhere else. */
export function WaitingCard() {
  const { waiting, isKnown, unread, refresh } = useApprovals();
  const now = useNow(1000);
  return (
    <Card title={t`Waiting for approval`} testId="waiting">
      {unread !== undefined && <Failure what={t`What waits could not be read.`} why={unread} onRetry={refresh} />}
      {!isKnown && unread === undefined && <Skeleton lines={2} />}
      {isKnown && waiting.length === 0 && (
        <Empty title={t`Nothing is waiting for approval`}>
          <p>
            <Trans>What needs a decision comes up over every view, and is listed here as long as it waits.</Trans>
          </p>
        </Empty>
      )}
      <Rows>
        {waiting.map(({ id, request, expiresAtMs, calls }) => (
          <Row
            key={id}
            mark={<Status tone="warn">{''}</Status>}
            title={calls ? t`${calls.length} calls of one step` : <SafeText text={request.command} max={120} />}
            detail={
              <>
                <Trans>
                  in “<SafeText text={shortKey(request.sessionKey)} max={60} />” · no answer within{' '}
                  {roughly(Math.max(0, expiresAtMs - now))} means no · <SafeText text={request.reason} max={160} />
                </Trans>
              </>
            }
          >
            <Link to={addressOf('chats', { s: request.sessionKey })}>
              <Trans>Open the conversation</Trans>
            </Link>
          </Row>
        ))}
      </Rows>
      {waiting.length > 0 && (
        <p>
          <Trans>Answer in the card that shows all of it.</Trans>
        </p>
      )}
    </Card>
  );
}
