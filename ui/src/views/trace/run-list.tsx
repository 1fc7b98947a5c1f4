import { type FormEvent, useState } from 'react';
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
    <Page title="Trace" lead="What became of each message, and why.">
      <div className={css['bar']}>
        <Choice
          label="Show"
          value={filter}
          options={FILTERS}
          onChange={(state) => goTo(addressOf('trace', state === '' ? {} : { state }), { replace: true })}
        />
        <form onSubmit={find} className={css['find']}>
          <Field
            label="Look for one"
            placeholder="Id of a message, run or delivery"
            value={id}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setId(event.target.value)}
          />
          <Button type="submit" icon="search">
            Look
          </Button>
        </form>
      </div>
      <GivenUp />
      <Card title={filter === '' ? 'Latest messages' : FILTERS[filter]} testId="runs">
        {error !== undefined && !data && <Failure what="The runs could not be read." why={error} onRetry={refresh} />}
        {!data && error === undefined && <Skeleton lines={6} />}
        {data?.runs.length === 0 && (
          <Empty title={filter === '' ? 'Nothing has come in yet' : 'There is none of these'}>
            <p>
              {filter === '' ? (
                <Link to={addressOf('chats')}>Say something to the assistant</Link>
              ) : (
                <Link to={addressOf('trace')}>Show everything</Link>
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
            <Button onClick={() => setLimit(Math.min(MOST, limit * 2))}>Show earlier ones</Button>
          </p>
        )}
      </Card>
    </Page>
  );
}

function RunRow({ run }: { run: RunSummary }) {
  const [tone, word] = STATES[run.undelivered === undefined ? run.state : 'undelivered'];
  return (
    <Row
      title={
        <Link to={addressOf('trace', { id: run.id })} className={css['said']}>
          {run.text === '' ? `A message of ${clockTime(run.receivedAt)}` : <SafeText text={run.text} />}
        </Link>
      }
      detail={
        <>
          {dayName(run.receivedAt)} {clockTime(run.receivedAt)} · from{' '}
          {run.sender !== undefined && (
            <>
              <SafeText text={run.sender} max={40} /> on{' '}
            </>
          )}
          <SafeText text={placeName(run.origin)} max={40} />
          {run.startedAt !== undefined && run.endedAt !== undefined && ` · took ${took(run.endedAt - run.startedAt)}`}
          {run.pickedUp !== undefined && ` · picked up after a crash`}
          {run.error !== undefined && (
            <>
              <br />
              <SafeText text={causeInWords(run.error)} max={300} />
            </>
          )}
        </>
      }
    >
      <Status tone={tone}>{word}</Status>
    </Row>
  );
}

const filterOf = (name: string | null): Filter =>
  (Object.keys(FILTERS) as Filter[]).find((each) => each === name) ?? '';
