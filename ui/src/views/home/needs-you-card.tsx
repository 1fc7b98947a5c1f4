import { t } from '@lingui/core/macro';
import { failureInWords } from '../../gateway/model-failures';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { readJobText } from '../../../../src/common/job-text';
import type { Approvals } from '../../gateway/approvals';
import type { PairingRequest } from '../../gateway/pairing';
import { shortKey } from '../../gateway/session-names';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Link } from '../../kit/link';
import { Card, Row, Rows } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { placeName } from '../../kit/place-name';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { roughly, shortMoment } from '../../kit/time';
import { useNow } from '../../kit/use-now';
import { SafeText } from '../../text/safe-text';

interface FailedRun {
  id: string;
  sessionKey: string | null;
  origin: string;
  receivedAt: number;
  endedAt?: number;
  error?: string;
  /** How the message began. */
  text: string;
}

const SHOWN = 5;
const DAY_MS = 86_400_000;

interface NeedsYouProps {
  approvals: Approvals;
  requests: readonly PairingRequest[];
  /** Whether the requests were read at all. */
  isKnown: boolean;
}

/** What waits for a person, and what went wrong in the last day. */
export function NeedsYouCard({ approvals, requests, isKnown }: NeedsYouProps) {
  const { waiting, unread } = approvals;
  const now = useNow(5000);
  const { data, error, refresh } = useLive<{ runs: FailedRun[] }>(['runs.list', { state: 'failed', limit: SHOWN }], {
    events: ['chat'],
  });
  const failed = (data?.runs ?? []).filter((run) => now - (run.endedAt ?? run.receivedAt) < DAY_MS);
  const isEmpty = waiting.length + requests.length + failed.length === 0;
  const why = unread ?? (data ? undefined : error);
  const isWhole = isKnown && approvals.isKnown && data !== undefined;
  return (
    <Card title={t`Needs you`} aside={<NotifyButton />}>
      {why !== undefined && (
        <Failure
          what={t`What waits could not be read.`}
          why={why}
          onRetry={() => {
            approvals.refresh();
            refresh();
          }}
        />
      )}
      {isEmpty && !isWhole && why === undefined && <Skeleton lines={2} />}
      {isEmpty && isWhole && <Empty title={t`Nothing waits, and nothing failed today`} />}
      <Rows>
        {waiting.map(({ id, request, expiresAtMs }) => (
          <Row
            key={id}
            mark={<Status tone="warn">{''}</Status>}
            title={
              <>
                <Trans>
                  Run <SafeText text={request.command} max={60} />
                </Trans>
              </>
            }
            detail={
              <>
                <Trans>
                  in “<SafeText text={shortKey(request.sessionKey)} max={40} />” · no answer in{' '}
                  {roughly(Math.max(0, expiresAtMs - now))} means no
                </Trans>
              </>
            }
          />
        ))}
        {requests.map((request) => (
          <Row
            key={`${request.channel} ${request.account} ${request.senderId}`}
            mark={<Status tone="warn">{''}</Status>}
            title={
              <>
                <Trans>
                  <SafeText text={request.name ?? t`Somebody`} max={40} /> asks to write on{' '}
                  <SafeText text={placeName(request.channel)} max={40} />
                </Trans>
              </>
            }
            detail={
              <>
                <Trans>code {request.code}</Trans>
              </>
            }
          >
            <Link to={addressOf('people')}>
              <Trans>Look</Trans>
            </Link>
          </Row>
        ))}
        {failed.map((run) => (
          <Row
            key={run.id}
            mark={<Status tone="bad">{''}</Status>}
            title={
              <>
                <Trans>
                  No answer in “
                  <SafeText text={placeOf(run)} max={40} />”
                </Trans>
              </>
            }
            detail={
              <>
                {shortMoment(run.endedAt ?? run.receivedAt, now)} ·{' '}
                <SafeText text={failureInWords(run.error ?? t`no reason was noted`)} max={160} />
              </>
            }
          >
            <Link to={addressOf('trace', { id: run.id })}>
              <Trans>What happened</Trans>
            </Link>
            {run.sessionKey !== null && (
              <Link to={addressOf('chats', { s: run.sessionKey })}>
                <Trans>Open</Trans>
              </Link>
            )}
          </Row>
        ))}
      </Rows>
    </Card>
  );
}

/** Where there was no answer: of a job's run, the job. */
const placeOf = ({ sessionKey, origin, text }: FailedRun): string => {
  const job = origin.startsWith('cron/') ? readJobText(text) : undefined;
  return job?.name ?? (sessionKey === null ? origin : shortKey(sessionKey));
};

/** Browsers ask only when somebody has pressed a button. */
function NotifyButton() {
  const [state, setState] = useState(() => ('Notification' in window ? Notification.permission : 'denied'));
  if (state !== 'default') return null;
  return (
    <Button look="quiet" onClick={() => void Notification.requestPermission().then(setState)}>
      <Trans>Tell me when something waits</Trans>
    </Button>
  );
}
