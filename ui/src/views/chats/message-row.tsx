import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { memo } from 'react';
import { Button } from '../../kit/button';
import { byteSize } from '../../kit/amounts';
import { Link } from '../../kit/link';
import { addressOf } from '../../kit/place';
import { clockTime, dayName, wholeMoment } from '../../kit/time';
import { Markdown } from '../../text/markdown';
import { Prose, SafeText } from '../../text/safe-text';
import { COPY_WORDS, useCopy } from '../../text/use-copy';
import type { AttachedFile, Row } from './chat-rows';
import { HandedFiles, HandedOver } from './handed-over';
import { Steps } from './steps';
import css from './messages.module.css';

const MAX_NAME = 60;
const MAX_PATH = 200;

const Time = ({ at }: { at: number | undefined }) =>
  at === undefined ? null : (
    <time dateTime={new Date(at).toISOString()} title={wholeMoment(at)}>
      {clockTime(at)}
    </time>
  );

/** What can be done with a message that is said and answered. */
export interface RowActions {
  onEdit(row: Extract<Row, { kind: 'user' }>): void;
  onRegenerate(): void;
  onBranch(id: string): void;
}

/** What was said on this page, and has its place in the conversation. */
export const mayEdit = ({ id, seq, origin, from }: Extract<Row, { kind: 'user' }>): boolean =>
  id !== undefined && seq !== undefined && origin === 'person' && !from;

interface MessageRowProps {
  row: Row;
  /** Absent while something is being answered. */
  actions?: RowActions | undefined;
  /** The last answer can be asked for anew. */
  isLast?: boolean;
  /** Says the last words of the person again, after a failure. */
  onAgain?: (() => void) | undefined;
}

export const MessageRow = memo(function MessageRow({ row, actions, isLast = false, onAgain }: MessageRowProps) {
  switch (row.kind) {
    case 'day':
      return <h2 className={css['day']}>{dayName(row.at)}</h2>;
    case 'user':
      return (
        <article className={css['mine']} data-testid="user-message" data-origin={row.origin}>
          {(row.from ?? row.origin === 'job') && (
            <div className={css['from']}>
              {row.origin === 'job' ? t`by a scheduled job` : <SafeText text={row.from ?? ''} max={MAX_NAME} />}
            </div>
          )}
          {row.images.map((image, index) => (
            <img
              key={index}
              src={`data:${image.mimeType};base64,${image.data}`}
              alt={t`attached picture ${index + 1}`}
            />
          ))}
          {row.text !== '' && (
            <div className={css['words']} dir="auto">
              <Prose text={row.text} />
            </div>
          )}
          {row.files.map((file, index) => (
            <Attached key={index} file={file} />
          ))}
          <footer>
            {actions && mayEdit(row) && (
              <Button look="quiet" onClick={() => actions.onEdit(row)}>
                <Trans>Edit</Trans>
              </Button>
            )}
            <Time at={row.at} />
          </footer>
        </article>
      );
    case 'assistant':
      return (
        <article className={css['answer']} data-testid="assistant-message">
          <Markdown text={row.text} />
          <footer>
            {row.offline ? (
              <span className={css['badge']} data-testid="offline" title={t`No language model is connected`}>
                <Trans>offline assistant</Trans>
              </span>
            ) : (
              row.model && <SafeText text={row.model} max={MAX_NAME} />
            )}
            <Time at={row.at} />
            <CopyButton text={row.text} />
            {actions && isLast && (
              <Button look="quiet" onClick={actions.onRegenerate}>
                <Trans>Regenerate</Trans>
              </Button>
            )}
            {actions && row.id !== undefined && (
              <Button look="quiet" onClick={() => actions.onBranch(row.id ?? '')}>
                <Trans>Branch</Trans>
              </Button>
            )}
            {row.runId !== undefined && (
              <Link to={addressOf('trace', { id: row.runId })} title={t`How this answer came about`}>
                <Trans>Trace</Trans>
              </Link>
            )}
          </footer>
        </article>
      );
    case 'note':
      return <Note text={row.text} isFault={row.isFault} runId={row.runId} onAgain={onAgain} />;
    case 'thinking':
      return <Thinking text={row.text} />;
    case 'handed':
      return <HandedFiles files={row.files} />;
    case 'steps':
      return (
        <>
          <Steps
            tools={row.tools}
            isWorking={false}
            tookMs={row.at !== undefined && row.endedAt !== undefined ? row.endedAt - row.at : undefined}
          />
          <HandedOver tools={row.tools} />
        </>
      );
    case 'housekeeping':
      return (
        <details className={css['housekeeping']} data-testid="housekeeping">
          <summary>
            <Trans>The gateway looked after the conversation</Trans> <Time at={row.at} />
          </summary>
          <p dir="auto">
            <Prose text={row.asked} />
          </p>
          {row.answered !== '' && <Markdown text={row.answered} />}
        </details>
      );
  }
});

/** A file that came with a message: what it is, where it is kept, and what it says. */
function Attached({ file: { name, mimeType, bytes, path, text } }: { file: AttachedFile }) {
  const facts = (
    <>
      <SafeText text={name} max={MAX_NAME} /> · <SafeText text={mimeType} max={MAX_NAME} />
      {bytes !== undefined && ` · ${byteSize(bytes)}`}
    </>
  );
  const place = path !== undefined && (
    <small data-testid="kept-as">
      <Trans>
        kept as <SafeText text={path} max={MAX_PATH} />
      </Trans>
    </small>
  );
  if (text === '')
    return (
      <p className={css['file']} data-testid="attached-file">
        {facts} {place}
      </p>
    );
  return (
    <details className={css['file']} data-testid="attached-file">
      <summary>{facts}</summary>
      {place}
      <pre tabIndex={0} role="group" aria-label={t`What it says`}>
        <SafeText text={text} lines max={20_000} />
      </pre>
    </details>
  );
}

/** How an answer ended where it did not end well, and what can be done. */
export const Note = ({
  text,
  isFault,
  runId,
  onAgain,
}: {
  text: string;
  isFault: boolean;
  runId?: string | undefined;
  onAgain?: (() => void) | undefined;
}) => (
  <div className={isFault ? css['fault'] : css['note']} data-testid="run-note">
    <SafeText text={text} max={2000} />
    {isFault && onAgain && (
      <Button onClick={onAgain}>
        <Trans>Ask again</Trans>
      </Button>
    )}
    {isFault && runId !== undefined && (
      <Link to={addressOf('trace', { id: runId })}>
        <Trans>What happened</Trans>
      </Link>
    )}
  </div>
);

export const Thinking = ({ text, isLive = false }: { text: string; isLive?: boolean }) => (
  <details className={css['thinking']} data-testid="thinking">
    <summary>{isLive ? t`Thinking …` : t`Thought about it`}</summary>
    <Markdown text={text} />
  </details>
);

function CopyButton({ text }: { text: string }) {
  const [state, copy] = useCopy();
  return (
    <Button look="quiet" onClick={() => copy(text)} aria-live="polite">
      {COPY_WORDS[state]}
    </Button>
  );
}
