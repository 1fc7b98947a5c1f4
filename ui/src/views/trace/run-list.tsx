import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { readJobText } from '../../../../src/common/job-text';
import { useLive } from '../../gateway/use-live';
import { took } from '../../kit/amounts';
import { Button } from '../../kit/button';
import { Choice, Field } from '../../kit/field';
import { Link } from '../../kit/link';
import { Card, Page, Row, Rows } from '../../kit/page';
import { addressOf, goTo, usePlace } from '../../kit/place';
import { placeName } from '../../kit/place-name';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { clockTime, dayName } from '../../kit/time';
import { SafeText } from '../../text/safe-text';
import { GivenUp } from './given-up';
import { FILTERS, type Filter, type RunSummary, STATES, causeInWords } from './run';
import css from './trace.module.css';

const STEP = 50;
const MOST = 500;

/** The latest messages with what became of them. */
export function RunList() {
  const { query } = usePlace();
  const filter = filterOf(query.get('state'));
  const [limit, setLimit] = useState(STEP);
  const { data, error, refresh } = useLive<{ runs: RunSummary[] }>(
    ['runs.list', { limit, ...(filter === '' ? {} : { state: filter }) }],
    { events: ['chat', 'agent', 'cron'], everyMs: 15_000 },
  );
  const [id, setId] = useState('');
  const find = (event: FormEvent): void => {
    event.preventDefault();
    if (id.trim() !== '') goTo(addressOf('trace', { id: id.trim() }));
  };
  return (
    <Page title={t`Trace`} lead={t`What became of each message, and why.`}>
      <div className={css['bar']}>
        <Choice
          label={t`Show`}
          value={filter}
          options={FILTERS}
          onChange={(state) => goTo(addressOf('trace', state === '' ? {} : { state }), { replace: true })}
        />
        <form onSubmit={find} className={css['find']}>
          <Field
            label={t`Look for one`}
            placeholder={t`Id of a message, run or delivery`}
            value={id}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setId(event.target.value)}
          />
          <Button type="submit" icon="search">
            <Trans>Look</Trans>
          </Button>
        </form>
      </div>
      <GivenUp />
      <Card title={filter === '' ? t`Latest messages` : FILTERS[filter]} testId="runs">
        {error !== undefined && !data && (
          <Failure what={t`The runs could not be read.`} why={error} onRetry={refresh} />
        )}
        {!data && error === undefined && <Skeleton lines={6} />}
        {data?.runs.length === 0 && (
          <Empty title={filter === '' ? t`Nothing has come in yet` : t`There is none of these`}>
            <p>
              {filter === '' ? (
                <Link to={addressOf('chats')}>
                  <Trans>Say something to the assistant</Trans>
                </Link>
              ) : (
                <Link to={addressOf('trace')}>
                  <Trans>Show everything</Trans>
                </Link>
              )}
            </p>
          </Empty>
        )}
        <Rows>
          {data?.runs.map((run) => (
            <RunRow key={`${run.id} ${run.receivedAt}`} run={run} />
          ))}
        </Rows>
        {data !== undefined && data.runs.length >= limit && limit < MOST && (
          <p className={css['more']}>
            <Button onClick={() => setLimit(Math.min(MOST, limit * 2))}>
              <Trans>Show earlier ones</Trans>
            </Button>
          </p>
        )}
      </Card>
    </Page>
  );
}

function RunRow({ run }: { run: RunSummary }) {
  const told = run.origin.startsWith('cron/') ? readJobText(run.text) : undefined;
  const [tone, word] = STATES[run.undelivered === undefined ? run.state : 'undelivered'];
  return (
    <Row
      title={
        <Link to={addressOf('trace', { id: run.id })} className={css['said']}>
          {run.text === '' ? t`A message of ${clockTime(run.receivedAt)}` : <SafeText text={told?.words ?? run.text} />}
        </Link>
      }
      detail={
        <>
          <Trans>
            {dayName(run.receivedAt)} {clockTime(run.receivedAt)} · from
          </Trans>{' '}
          {told !== undefined && (
            <>
              <Trans>
                “<SafeText text={told.name} max={60} />
                ”,
              </Trans>{' '}
            </>
          )}
          {run.sender !== undefined && (
            <>
              <Trans>
                <SafeText text={run.sender} max={40} /> on
              </Trans>{' '}
            </>
          )}
          <SafeText text={placeName(run.origin)} max={40} />
          {run.startedAt !== undefined && run.endedAt !== undefined && t` · took ${took(run.endedAt - run.startedAt)}`}
          {run.pickedUp !== undefined && t` · picked up after a crash`}
          {run.error !== undefined && (
            <>
              <br />
              <SafeText text={causeInWords(run.error)} max={300} />
            </>
          )}
        </>
      }
    >
      <Status tone={tone}>{i18n._(word)}</Status>
    </Row>
  );
}

const filterOf = (name: string | null): Filter =>
  (Object.keys(FILTERS) as Filter[]).find((each) => each === name) ?? '';
