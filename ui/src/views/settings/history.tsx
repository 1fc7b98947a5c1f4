import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { byteSize } from '../../kit/amounts';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Diff } from '../../kit/diff';
import { Card, Row, Rows } from '../../kit/page';
import { usePlace } from '../../kit/place';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { wholeMoment } from '../../kit/time';
import { SafeText } from '../../text/safe-text';
import { withDots } from './hidden';

interface Entry {
  number: number;
  savedAt: string;
  bytes: number;
  by?: string;
  current: boolean;
}

interface HistoryProps {
  /** Of the file as it is. */
  hash: string | undefined;
  onWritten(hash: string): Promise<void>;
}

/** Every content that the file has had: when, by whom, what it changed, and the way back to it. */
export function History({ hash, onWritten }: HistoryProps) {
  const { call } = useGateway();
  const { query } = usePlace();
  const { data, error, refresh } = useLive<{ entries: Entry[]; total: number }>(['config.history', { limit: 100 }], {
    events: ['config.changed'],
  });
  const [open, setOpen] = useState<number | undefined>(query.has('entry') ? Number(query.get('entry')) : undefined);
  const [problem, setProblem] = useState<string>();

  const restore = (number: number): void => {
    call<{ hash: string }>('config.restore', { number, baseHash: hash ?? '' }).then(
      async (answer) => {
        setProblem(undefined);
        refresh();
        await onWritten(answer.hash);
      },
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };

  return (
    <Card
      title={t`Versions`}
      aside={
        data && (
          <span>
            <Trans>{data.total} kept</Trans>
          </span>
        )
      }
    >
      {problem !== undefined && <Failure what={t`It was not brought back.`} why={problem} />}
      {error !== undefined && !data && (
        <Failure what={t`The history could not be read.`} why={error} onRetry={refresh} />
      )}
      {!data && error === undefined && <Skeleton lines={5} />}
      {data?.entries.length === 0 && <Empty title={t`Nothing was changed yet`} />}
      <Rows testId="versions">
        {data?.entries.map(({ number, savedAt, bytes, by, current }) => (
          <Row
            key={number}
            title={wholeMoment(Date.parse(savedAt))}
            detail={
              <>
                {by === undefined ? (
                  t`written outside of the gateway`
                ) : (
                  <>
                    <Trans>
                      by <SafeText text={nameOf(by)} max={60} />
                    </Trans>
                  </>
                )}{' '}
                <Trans>
                  · number {number} · {byteSize(bytes)}
                </Trans>
              </>
            }
            below={open === number && <Changes number={number} />}
          >
            {current && (
              <Status tone="good">
                <Trans>in the file</Trans>
              </Status>
            )}
            <Button
              aria-expanded={open === number}
              aria-label={open === number ? t`Hide changes of version ${number}` : t`Changes of version ${number}`}
              onClick={() => setOpen(open === number ? undefined : number)}
            >
              {open === number ? t`Hide changes` : t`Changes`}
            </Button>
            {!current && (
              <Button aria-label={t`Restore version ${number}`} onClick={() => restore(number)}>
                <Trans>Restore</Trans>
              </Button>
            )}
          </Row>
        ))}
      </Rows>
    </Card>
  );
}

const nameOf = (by: string): string => (by === 'openclaw-control-ui' ? t`this page` : by);

function Changes({ number }: { number: number }) {
  const { data, error, refresh } = useLive<{ diff: string }>(['config.history.get', { number }]);
  if (error !== undefined) return <Failure what={t`It could not be read.`} why={error} onRetry={refresh} />;
  return data ? <Diff text={withDots(data.diff)} label={t`Changes of version ${number}`} /> : <Skeleton lines={3} />;
}
