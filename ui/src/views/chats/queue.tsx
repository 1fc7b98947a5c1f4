import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Button } from '../../kit/button';
import { Prose, SafeText } from '../../text/safe-text';
import { type QueuedMessage, isWhole } from './queued-message';
import css from './conversation.module.css';

const MAX_NAME = 60;

interface QueueProps {
  queued: readonly QueuedMessage[];
  onEdit(message: QueuedMessage): void;
  onRemove(message: QueuedMessage): void;
  onSteer(message: QueuedMessage): void;
}

/** Messages that wait until the answer that is being written is done. */
export function Queue({ queued, onEdit, onRemove, onSteer }: QueueProps) {
  if (queued.length === 0) return null;
  return (
    <ul className={css['queue']} aria-label={t`Waits for its turn`} data-testid="queue">
      {queued.map((message) => (
        <li key={message.id}>
          <span>
            <Trans>
              Next: “<Prose text={message.text} />”
            </Trans>
            {message.fileNames.map((name, index) => (
              <small key={index}>
                {' · '}
                <SafeText text={name} max={MAX_NAME} />
              </small>
            ))}
          </span>
          {isWhole(message) && (
            <>
              <Button look="quiet" onClick={() => onSteer(message)} title={t`Said at once, into what it does now`}>
                <Trans>Say it now</Trans>
              </Button>
              <Button look="quiet" onClick={() => onEdit(message)}>
                <Trans>Edit</Trans>
              </Button>
            </>
          )}
          <Button look="quiet" onClick={() => onRemove(message)}>
            <Trans>Remove</Trans>
          </Button>
        </li>
      ))}
    </ul>
  );
}
