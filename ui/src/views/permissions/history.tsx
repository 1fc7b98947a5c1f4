import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { shortKey } from '../../gateway/session-names';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { SearchField } from '../../kit/field';
import { Card, Row, Rows } from '../../kit/page';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { clockTime, dayName } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { CallFacts } from './call-facts';
import { type Ended, toldOf } from './decision';
import css from './permissions.module.css';

const PAGE = 30;

/** What was asked, who answered and what ran by it, the newest first. */
export function HistoryCard() {
  const { call } = useGateway();
  const { data, error, refresh } = useLive<{ approvals: Ended[] }>(['approval.history', { limit: PAGE }], {
    events: ['exec.approval.'],
  });
  const [older, setOlder] = useState<{ rows: readonly Ended[]; isEnd: boolean }>({ rows: [], isEnd: false });
  const [wanted, setWanted] = useState('');
  const newest = data?.approvals ?? [];
  const known = new Set(newest.map(({ id }) => id));
  const all = [...newest, ...older.rows.filter(({ id }) => !known.has(id))];
  const shown = all.filter((entry) => matches(entry, wanted));
  const mayHaveMore = newest.length === PAGE && !older.isEnd;

  const more = (): void => {
    const before = all.at(-1)?.createdAtMs;
    if (before === undefined) return;
    call<{ approvals: Ended[] }>('approval.history', { limit: PAGE, before }).then(
      ({ approvals }) =>
        setOlder(({ rows }) => {
          const had = new Set(rows.map(({ id }) => id));
          return {
            rows: [...rows, ...approvals.filter(({ id }) => !had.has(id))],
            isEnd: approvals.length < PAGE,
          };
        }),
      (problem: unknown) => toast(t`Older ones could not be read: ${String(problem)}`),
    );
  };

  return (
    <Card title={t`What was decided`} testId="history">
      {error !== undefined && !data && (
        <Failure what={t`The history could not be read.`} why={error} onRetry={refresh} />
      )}
      {!data && error === undefined && <Skeleton lines={4} />}
      {data && all.length === 0 && (
        <Empty title={t`Nothing was asked for yet`}>
          <p>
            <Trans>Such as a command on this machine, or a message to somebody else after a web page was read.</Trans>
          </p>
        </Empty>
      )}
      {all.length > 0 && <SearchField label={t`Search decisions`} value={wanted} onChange={setWanted} />}
      {all.length > 0 && shown.length === 0 && <Empty title={t`Nothing of what is shown fits`} />}
      <Rows>
        {shown.map((entry) => (
          <EndedRow key={entry.id} entry={entry} />
        ))}
      </Rows>
      {mayHaveMore && (
        <Button onClick={more}>
          <Trans>Show older</Trans>
        </Button>
      )}
    </Card>
  );
}

const matches = ({ request, resolvedBy }: Ended, wanted: string): boolean =>
  `${request.command} ${request.tool} ${request.sessionKey} ${resolvedBy ?? ''}`
    .toLowerCase()
    .includes(wanted.trim().toLowerCase());

function EndedRow({ entry }: { entry: Ended }) {
  const { request, resolvedBy, decidedAtMs, createdAtMs } = entry;
  const [isOpen, setOpen] = useState(false);
  const { tone, words } = toldOf(entry);
  const at = decidedAtMs ?? createdAtMs;
  return (
    <Row
      title={
        <code className={css['command']}>
          <SafeText text={request.command} max={120} />
        </code>
      }
      detail={
        <>
          {dayName(at)} {clockTime(at)}
          {resolvedBy !== null && (
            <>
              {' · '}
              <Trans>
                by <SafeText text={resolvedBy} max={60} />
              </Trans>
            </>
          )}
          {' · '}
          <Trans>
            in “<SafeText text={shortKey(request.sessionKey)} max={60} />”
          </Trans>
        </>
      }
      below={
        isOpen && (
          <div className={css['open']}>
            <p>
              <strong>
                <Trans>Why it was asked</Trans>
              </strong>{' '}
              <SafeText text={request.reason} max={400} />
            </p>
            {request.takenBackBy !== undefined && (
              <p>
                <Trans>
                  It was allowed for the whole conversation, and taken back by{' '}
                  <SafeText text={request.takenBackBy} max={60} />.
                </Trans>
              </p>
            )}
            {request.refusal !== undefined && (
              <p>
                <strong>
                  <Trans>What the assistant was told</Trans>
                </strong>{' '}
                <SafeText text={request.refusal} max={400} />
              </p>
            )}
            <CallFacts request={request} />
          </div>
        )
      }
    >
      <Status tone={tone}>{words}</Status>
      <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Trans>Details</Trans>
      </Button>
    </Row>
  );
}
