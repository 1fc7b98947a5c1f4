import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { readJobText } from '../../../../src/common/job-text';
import { isOfJob, titleOf } from '../../gateway/session-names';
import { useLive } from '../../gateway/use-live';
import { took, wholeCount } from '../../kit/amounts';
import { Button } from '../../kit/button';
import { Link } from '../../kit/link';
import { Card, Facts, Page } from '../../kit/page';
import { addressOf, goTo } from '../../kit/place';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { wholeMoment } from '../../kit/time';
import { useNow } from '../../kit/use-now';
import { SafeText } from '../../text/safe-text';
import { COPY_WORDS, useCopy } from '../../text/use-copy';
import { Cause } from './cause';
import { STATES, type Trace, asText } from './run';
import { TimeLine } from './time-line';
import css from './trace.module.css';

const LOOK_MS = 5000;

/** One message from when it came in until its answer was there. */
export function TraceOf({ id }: { id: string }) {
  const [isOver, setOver] = useState(false);
  const { data, error, refresh } = useLive<Trace>(['system.trace', { id }], {
    events: ['chat', 'agent', 'exec.approval.'],
    ...(isOver ? {} : { everyMs: LOOK_MS }),
  });
  const isOverNow = data !== undefined && !goesOn(data);
  if (isOver !== isOverNow) setOver(isOverNow);
  if (!data)
    return (
      <Page title={t`Trace`} lead={<Back />}>
        <Card title={t`Message trace`}>
          {error === undefined ? (
            <Skeleton lines={6} />
          ) : error.includes('nothing is known of') ? (
            <Empty title={t`Nothing is known of it`}>
              <p>
                <Trans>
                  <SafeText text={id} max={100} /> is neither a message nor a run nor a delivery; what is old has been
                  tidied away.
                </Trans>
              </p>
              <Back />
            </Empty>
          ) : (
            <Failure what={t`It could not be read.`} why={error} onRetry={refresh} />
          )}
        </Card>
      </Page>
    );
  return (
    <Page title={t`Trace`} lead={<Back />}>
      <Found trace={data} onChanged={refresh} />
    </Page>
  );
}

/** Whether something of it is still to come. */
const goesOn = ({ state, spans }: Trace): boolean =>
  state === 'waiting' || state === 'running' || spans.some((span) => span.state === 'open');

const Back = () => (
  <Link to={addressOf('trace')}>
    <Trans>All messages</Trans>
  </Link>
);

function Found({ trace, onChanged }: { trace: Trace; onChanged(): void }) {
  const { spans, sessionKey } = trace;
  const told = sessionKey !== null && isOfJob(sessionKey) ? readJobText(trace.text) : undefined;
  const [copied, copy] = useCopy();
  const now = useNow(1000);
  const [tone, word] = STATES[trace.state];
  const start = spans[0]?.startedAt ?? now;
  const isOpen = spans.some(({ state }) => state === 'open');
  const end = isOpen ? now : Math.max(start, ...spans.map(({ endedAt, startedAt }) => endedAt ?? startedAt));
  const tokens = spans.reduce((sum, span) => sum + (span.tokens ? span.tokens.input + span.tokens.output : 0), 0);
  return (
    <>
      <Cause trace={trace} onChanged={onChanged} />
      <Card
        title={t`Message trace`}
        aside={
          sessionKey !== null && (
            <Button onClick={() => goTo(addressOf('chats', { s: sessionKey }))}>
              <Trans>Open the chat</Trans>
            </Button>
          )
        }
      >
        {trace.text !== '' && (
          <blockquote className={css['quote']} dir="auto">
            <SafeText text={told?.words ?? trace.text} />
          </blockquote>
        )}
        <Facts
          facts={[
            [t`State`, <Status tone={tone}>{i18n._(word)}</Status>],
            ...(trace.sender === undefined ? [] : [[t`From`, <SafeText text={trace.sender} max={60} />] as const]),
            ...(sessionKey === null
              ? []
              : [[t`Conversation`, <SafeText text={told?.name ?? titleOf({ key: sessionKey })} max={80} />] as const]),
            [t`Came in`, wholeMoment(start)],
            [isOpen ? t`So far` : t`Took`, took(end - start)],
            ...(tokens > 0 ? [[t`Tokens`, wholeCount(tokens)] as const] : []),
          ]}
        />
        <TimeLine spans={spans} start={start} end={end} />
        <details className={css['ids']}>
          <summary>
            <Trans>Support details</Trans>
          </summary>
          <Facts
            facts={[
              [t`Run`, <SafeText text={trace.runId} max={120} />],
              ...(sessionKey === null ? [] : [[t`Session`, <SafeText text={sessionKey} max={200} />] as const]),
            ]}
          />
          <p>
            <Button onClick={() => copy(asText(trace))}>
              {copied === 'idle' ? t`Copy as text` : COPY_WORDS[copied]}
            </Button>
          </p>
        </details>
      </Card>
    </>
  );
}
