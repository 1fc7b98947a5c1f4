import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { wordsOfJob } from '../../../../src/common/job-text';
import { isOfJob, newSessionKey, titleOf } from '../../gateway/session-names';
import { Button } from '../../kit/button';
import { SearchField } from '../../kit/field';
import { Link } from '../../kit/link';
import { addressOf, goTo } from '../../kit/place';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { dayName, daysAgo, shortMoment } from '../../kit/time';
import { plainWords } from '../../text/plain-words';
import { SafeText } from '../../text/safe-text';
import { FoundTexts } from './found-texts';
import { type SessionRow, useSessions } from './use-sessions';
import { useWorking } from './use-working';
import css from './session-list.module.css';

interface SessionListProps {
  current: string;
  /** What is known of the one that is open. */
  open: SessionRow | undefined;
  mainKey: string;
  /** Not shown until their time to undo is over. */
  removed: ReadonlySet<string>;
}

const MAX_TITLE = 80;
const SEARCH_MS = 200;

/** Every conversation: the main one first, the others by when they were last used. */
export function SessionList({ current, open, mainKey, removed }: SessionListProps) {
  const [typed, setTyped] = useState('');
  const search = useSettled(typed.trim(), SEARCH_MS);
  const sessions = useSessions(search, open);
  const working = useWorking();
  const rows = withUnknown(
    sessions.rows.filter(({ key }) => !removed.has(key)),
    search === '' ? [mainKey, current] : [],
  );
  const main = rows.filter(({ key }) => key === mainKey);
  const groups =
    search === ''
      ? groupsOf(rows.filter(({ key }) => key !== mainKey))
      : [{ name: t`Called so`, rows }].filter(({ rows: lines }) => lines.length > 0);
  return (
    <nav className={css['list']} aria-label={t`Conversations`}>
      <h1>
        <Trans>Conversations</Trans>
      </h1>
      <div className={css['top']}>
        <Button icon="plus" onClick={() => goTo(addressOf('chats', { s: newSessionKey(mainKey) }))}>
          <Trans>New conversation</Trans>
        </Button>
        <SearchField label={t`Search conversations`} value={typed} onChange={setTyped} />
      </div>
      {sessions.error !== undefined && (
        <Failure what={t`The conversations could not be read.`} why={sessions.error} onRetry={sessions.refresh} />
      )}
      {!sessions.loaded && sessions.error === undefined && <Skeleton lines={4} />}
      {search === '' && <Lines rows={main} current={current} working={working} />}
      {groups.map(({ name, rows: lines }) => (
        <section key={name}>
          <h2>{name}</h2>
          <Lines rows={lines} current={current} working={working} />
        </section>
      ))}
      {search !== '' && sessions.loaded && rows.length === 0 && (
        <Empty title={t`No conversation is called “${search}”`} />
      )}
      {search !== '' && <FoundTexts search={search} />}
      {sessions.rows.length < sessions.total && (
        <More onSeen={sessions.more} left={sessions.total - sessions.rows.length} />
      )}
    </nav>
  );
}

const Lines = ({
  rows,
  current,
  working,
}: {
  rows: readonly SessionRow[];
  current: string;
  working: ReadonlySet<string>;
}) => (
  <ul>
    {rows.map((row) => (
      <li key={row.key}>
        <Link
          to={addressOf('chats', { s: row.key })}
          className={css['open']}
          aria-current={row.key === current ? 'page' : undefined}
          title={row.key}
        >
          <span className={css['title']}>
            <SafeText text={titleOf(row)} max={MAX_TITLE} />
          </span>
          {row.updatedAt > 0 && (
            <time dateTime={new Date(row.updatedAt).toISOString()}>{shortMoment(row.updatedAt)}</time>
          )}
          <small>
            {working.has(row.key) ? (
              <Status tone="busy">
                <Trans>working</Trans>
              </Status>
            ) : (
              <SafeText
                text={
                  row.branchOf !== undefined
                    ? t`Earlier version`
                    : row.lastMessagePreview === undefined
                      ? row.kind === 'direct'
                        ? ''
                        : row.kind
                      : plainWords(isOfJob(row.key) ? wordsOfJob(row.lastMessagePreview) : row.lastMessagePreview)
                }
                max={MAX_TITLE}
              />
            )}
          </small>
        </Link>
      </li>
    ))}
  </ul>
);

/** Reads on when it comes into view; the button is for those who don't scroll. */
function More({ onSeen, left }: { onSeen(): void; left: number }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const { current } = button;
    if (!current) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) onSeen();
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [onSeen, left]);
  return (
    <Button ref={button} look="quiet" onClick={onSeen}>
      <Trans>{left} more</Trans>
    </Button>
  );
}

/** Conversations that have no row yet: nobody has said anything in them. */
function withUnknown(rows: readonly SessionRow[], keys: readonly string[]): SessionRow[] {
  const missing = [...new Set(keys)].filter((key) => !rows.some((row) => row.key === key));
  return [...missing.map((key) => ({ key, kind: 'direct', updatedAt: 0 })), ...rows];
}

function groupsOf(rows: readonly SessionRow[]): { name: string; rows: SessionRow[] }[] {
  const now = Date.now();
  const groups: { name: string; rows: SessionRow[] }[] = [];
  for (const row of rows) {
    const days = row.updatedAt === 0 ? 0 : daysAgo(row.updatedAt, now);
    const name = days < 7 ? dayName(row.updatedAt || now, now) : days < 31 ? t`This month` : t`Earlier`;
    const last = groups.at(-1);
    if (last?.name === name) last.rows.push(row);
    else groups.push({ name, rows: [row] });
  }
  return groups;
}

function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
