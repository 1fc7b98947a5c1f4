import { t } from '@lingui/core/macro';
import { Plural, Trans } from '@lingui/react/macro';
import { useMemo, useState } from 'react';
import { Button } from '../../kit/button';
import { Choice, SearchField } from '../../kit/field';
import { Page } from '../../kit/page';
import { saveFile } from '../../kit/save-file';
import { Empty, Failure, Skeleton } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import { LEVELS, type Level, type LogLine } from './log-line';
import { useLog } from './use-log';
import css from './logs.module.css';

const SHOWN = 500;
const CHOICES: Readonly<Record<Level, string>> = {
  get debug() {
    return t`everything`;
  },
  get info() {
    return t`information and worse`;
  },
  get warn() {
    return t`warnings and worse`;
  },
  get error() {
    return t`errors`;
  },
};

/** What the gateway noted about itself, newest first. */
export default function LogsView() {
  const [level, setLevel] = useState<Level>('info');
  const [search, setSearch] = useState('');
  const [isFollowing, setFollowing] = useState(true);
  const { lines, file, error, refresh } = useLog(isFollowing);
  const found = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    return (lines ?? []).filter(
      (line) => LEVELS.indexOf(line.level) >= LEVELS.indexOf(level) && line.raw.toLowerCase().includes(wanted),
    );
  }, [lines, level, search]);
  const shown = found.slice(-SHOWN).reverse();

  const save = (): void => saveFile('openclaw-log.jsonl', 'text/plain', found.map(({ raw }) => raw).join('\n'));

  return (
    <Page title={t`Logs`} lead={file === undefined ? undefined : <SafeText text={file} max={120} />}>
      <div className={css['bar']}>
        <SearchField label={t`Search the log`} value={search} onChange={setSearch} />
        <Choice label={t`Show`} value={level} options={CHOICES} onChange={setLevel} />
        <Button aria-pressed={isFollowing} onClick={() => setFollowing(!isFollowing)}>
          {isFollowing ? t`Stop following` : t`Follow`}
        </Button>
        <Button onClick={save} disabled={found.length === 0}>
          <Plural value={found.length} one="Save # line" other="Save # lines" />
        </Button>
      </div>
      {error !== undefined && <Failure what={t`The log could not be read.`} why={error} onRetry={refresh} />}
      {!lines && error === undefined && <Skeleton lines={8} />}
      {lines && shown.length === 0 && <Empty title={t`No line is like that`} />}
      <ol className={css['lines']} data-testid="log-lines">
        {shown.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </ol>
      {found.length > SHOWN && (
        <p className={css['more']}>
          <Trans>
            The newest {SHOWN} of {found.length} are shown; search finds the others.
          </Trans>
        </p>
      )}
    </Page>
  );
}

function Line({ line }: { line: LogLine }) {
  return (
    <li data-level={line.level}>
      <time>{line.time}</time>
      <span>{line.level}</span>
      <details>
        <summary>
          {line.subsystem !== '' && (
            <b>
              <SafeText text={line.subsystem} max={40} />
            </b>
          )}{' '}
          <SafeText text={line.message} max={400} />
        </summary>
        <pre tabIndex={0} role="group" aria-label={t`The whole line`}>
          <SafeText text={line.raw} lines max={8000} />
        </pre>
      </details>
    </li>
  );
}
