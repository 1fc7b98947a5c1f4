import { t } from '@lingui/core/macro';
import { failureInWords } from '../../gateway/model-failures';
import { Trans } from '@lingui/react/macro';
import { memo } from 'react';
import { Button } from '../../kit/button';
import { byteSize } from '../../kit/amounts';
import { clockTime } from '../../kit/time';
import { GrowingMarkdown } from '../../text/markdown';
import { Prose, SafeText } from '../../text/safe-text';
import type { LiveRun, Outgoing } from './chat-state';
import { HandedOver } from './handed-over';
import { Note, Thinking } from './message-row';
import { Steps } from './steps';
import css from './messages.module.css';

interface OutgoingRowProps {
  outgoing: Outgoing;
  onRetry(id: string): void;
  onDiscard(id: string): void;
}

/** A message of this page that the history does not show yet. */
export const OutgoingRow = memo(function OutgoingRow({ outgoing, onRetry, onDiscard }: OutgoingRowProps) {
  return (
    <article className={css['mine']} data-state={outgoing.state} data-testid="user-message">
      {outgoing.text !== '' && (
        <div className={css['words']} dir="auto">
          <Prose text={outgoing.text} />
        </div>
      )}
      {outgoing.files && (
        <ul className={css['chips']} aria-label={t`Attached files`}>
          {outgoing.files.map(({ name, size }, index) => (
            <li key={index}>
              <SafeText text={name} max={60} /> · {byteSize(size)}
            </li>
          ))}
        </ul>
      )}
      <footer>
        {outgoing.state === 'sending' && t`sending …`}
        {outgoing.state === 'sent' && clockTime(outgoing.at)}
        {outgoing.state === 'failed' && (
          <>
            <span className={css['problem']}>
              <SafeText text={outgoing.error ?? t`It was not taken.`} max={400} />
            </span>
            <Button look="quiet" onClick={() => onRetry(outgoing.id)}>
              <Trans>Try again</Trans>
            </Button>
            <Button look="quiet" onClick={() => onDiscard(outgoing.id)}>
              <Trans>Remove</Trans>
            </Button>
          </>
        )}
      </footer>
    </article>
  );
});

/** A run while it goes on. */
export const RunRow = memo(function RunRow({ run }: { run: LiveRun }) {
  const isWorking = run.ended === undefined;
  return (
    <div className={css['run']} data-testid="live-run" aria-busy={isWorking}>
      {run.thinking !== '' && <Thinking text={run.thinking} isLive={isWorking && run.text === ''} />}
      {run.tools.length > 0 && <Steps tools={run.tools} isWorking={isWorking} />}
      {run.tools.length > 0 && <HandedOver tools={run.tools} />}
      {run.text !== '' && (
        <article className={css['answer']} data-testid="assistant-message">
          <GrowingMarkdown text={run.text} />
        </article>
      )}
      {isWorking && (
        <div className={css['working']} role="img" aria-label={t`working`}>
          <i />
          <i />
          <i />
        </div>
      )}
      {run.error !== undefined && <Note text={failureInWords(run.error)} isFault runId={run.id} />}
    </div>
  );
});
