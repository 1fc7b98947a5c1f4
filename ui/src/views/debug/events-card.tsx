import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { exactTime } from '../../kit/time';
import { memo, useEffect, useRef, useState } from 'react';
import { cutText } from '../../../../src/common/cut-text';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { SearchField } from '../../kit/field';
import { Card } from '../../kit/page';
import { saveFile } from '../../kit/save-file';
import { Empty } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import css from './debug.module.css';

interface Seen {
  id: number;
  at: number;
  event: string;
  payload: string;
}

const KEPT = 500;
const SHOWN = 100;
const MAX_LINE = 200;
const MAX_WHOLE = 20_000;
/** Most characters that are kept of one event. */
const MAX_KEPT = 100_000;
/** What comes in between is shown together. */
const PAINT_MS = 250;

/** Events as they come, newest first. While it is paused they are left out. */
export function EventsCard() {
  const { subscribe } = useGateway();
  const [seen, setSeen] = useState<readonly Seen[]>([]);
  const [isPaused, setPaused] = useState(false);
  const [filter, setFilter] = useState('');
  const count = useRef(0);
  useEffect(() => {
    if (isPaused) return undefined;
    let fresh: Seen[] = [];
    const stop = subscribe(({ event, payload }) => {
      fresh.unshift({ id: ++count.current, at: Date.now(), event, payload: kept(JSON.stringify(payload) ?? 'null') });
    });
    const timer = setInterval(() => {
      const taken = fresh;
      if (taken.length === 0) return;
      fresh = [];
      setSeen((old) => [...taken, ...old].slice(0, KEPT));
    }, PAINT_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [subscribe, isPaused]);
  const wanted = filter.trim().toLowerCase();
  const found = seen.filter(
    ({ event, payload }) => event.toLowerCase().includes(wanted) || payload.toLowerCase().includes(wanted),
  );
  const save = (): void =>
    saveFile(
      'openclaw-events.jsonl',
      'application/x-ndjson',
      found
        .map(({ at, event, payload }) => `{"at":${at},"event":${JSON.stringify(event)},"payload":${payload}}`)
        .join('\n'),
    );
  return (
    <Card title={t`Events`} testId="events">
      <div className={css['bar']}>
        <SearchField label={t`Only events with`} value={filter} onChange={setFilter} />
        <Button aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          {isPaused ? t`Go on` : t`Pause`}
        </Button>
        <Button onClick={() => setSeen([])} disabled={seen.length === 0}>
          <Trans>Clear</Trans>
        </Button>
        <Button onClick={save} disabled={found.length === 0}>
          <Trans>Save {found.length}</Trans>
        </Button>
      </div>
      {found.length === 0 ? (
        <Empty title={seen.length === 0 ? t`Nothing has happened yet` : t`There is none of these`}>
          <p>{isPaused ? t`It is paused.` : t`Events are shown as they come.`}</p>
        </Empty>
      ) : (
        <ol className={css['events']} data-testid="event-lines">
          {found.slice(0, SHOWN).map((each) => (
            <EventLine key={each.id} seen={each} />
          ))}
        </ol>
      )}
      {found.length > SHOWN && (
        <p className={css['more']}>
          <Trans>
            The latest {SHOWN} of {found.length} are shown.
          </Trans>
        </p>
      )}
    </Card>
  );
}

/** What is longer than is kept is a text that says so: its beginning. */
const kept = (payload: string): string =>
  payload.length <= MAX_KEPT ? payload : JSON.stringify(`${cutText(payload, MAX_KEPT)} …`);

/** One event; the whole of it is written out while it is open. */
const EventLine = memo(function EventLine({ seen: { at, event, payload } }: { seen: Seen }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <time dateTime={new Date(at).toISOString()}>{exactTime(at)}</time>
      <details onToggle={(toggled) => setOpen(toggled.currentTarget.open)}>
        <summary>
          <b>
            <SafeText text={event} max={60} />
          </b>{' '}
          <SafeText text={payload} max={MAX_LINE} />
        </summary>
        {isOpen && (
          <pre tabIndex={0} role="group" aria-label={t`All of ${event}`}>
            <SafeText text={JSON.stringify(JSON.parse(payload), null, 2)} lines max={MAX_WHOLE} />
          </pre>
        )}
      </details>
    </li>
  );
});
