import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { Button } from '../../kit/button';
import { addressOf, goTo } from '../../kit/place';
import { SafeText } from '../../text/safe-text';
import { AgentBadge } from './agent-badge';
import { ConversationFacts, FactsLine } from './conversation-facts';
import type { DescribedSession } from './session-facts';
import css from './conversation.module.css';

const MAX_NAME = 80;

interface HeadProps {
  title: string;
  isOffline: boolean;
  /** The main conversation keeps its place. */
  isMain: boolean;
  /** Nothing was said in it yet: there is nothing to name or remove. */
  isNew: boolean;
  sessionKey: string;
  session: DescribedSession | undefined;
  /** Of the conversation that the key leads to now. */
  versionOf: string | undefined;
  /** Whether a plan has to be approved before anything is changed. */
  onPlan(isOn: boolean): void;
  onPrint(): void;
  /** Something about it was chosen. */
  onChanged(): void;
  onRename(name: string): void;
  onRemove(): void;
}

export function ConversationHead({
  title,
  isOffline,
  isMain,
  isNew,
  sessionKey,
  onRename,
  onRemove,
  ...facts
}: HeadProps) {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState<string>();
  const plans = facts.session?.planMode === true;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name !== undefined && name.trim() !== title) onRename(name.trim());
    setName(undefined);
  };
  return (
    <header className={css['head']}>
      <Button
        look="quiet"
        icon="back"
        aria-label={t`All conversations`}
        className={css['toList']}
        onClick={() => goTo(addressOf('chats', { s: sessionKey, list: '1' }))}
      />
      {name === undefined ? (
        <>
          <h1>
            <SafeText text={title} max={MAX_NAME} />
          </h1>
          <AgentBadge sessionKey={sessionKey} />
          {isOffline && (
            <span
              className={css['badge']}
              title={t`No language model is connected; Home says which one the gateway uses`}
            >
              <Trans>offline assistant</Trans>
            </span>
          )}
          <span className={css['space']} />
          <Button
            look="quiet"
            className={css['facts']}
            aria-haspopup="dialog"
            onClick={() => setOpen(true)}
            data-testid="facts"
          >
            <FactsLine sessionKey={sessionKey} session={facts.session} />
          </Button>
          <Button
            look={plans ? 'plain' : 'quiet'}
            className={css['wide']}
            aria-pressed={plans}
            data-testid="plan"
            title={t`Nothing is changed before you have approved a plan`}
            onClick={() => facts.onPlan(!plans)}
          >
            <Trans>Plan first</Trans>
          </Button>
          {!isNew && (
            <Button look="quiet" className={css['wide']} onClick={() => setName(title)}>
              <Trans>Rename</Trans>
            </Button>
          )}
          {!isNew && !isMain && (
            <Button look="quiet" className={css['wide']} onClick={onRemove}>
              <Trans>Delete</Trans>
            </Button>
          )}
        </>
      ) : (
        <form onSubmit={submit}>
          <h1 className="visually-hidden">{title}</h1>
          <input
            aria-label={t`Name of the conversation`}
            value={name}
            maxLength={MAX_NAME}
            autoFocus
            onFocus={(event) => event.target.select()}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setName(undefined);
            }}
          />
          <Button type="submit" look="primary">
            <Trans>Save</Trans>
          </Button>
          <Button onClick={() => setName(undefined)}>
            <Trans>Cancel</Trans>
          </Button>
        </form>
      )}
      {isOpen && (
        <ConversationFacts sessionKey={sessionKey} title={title} {...facts} onClose={() => setOpen(false)}>
          {!isNew && (
            <div className={css['narrow']}>
              <Button
                onClick={() => {
                  setOpen(false);
                  setName(title);
                }}
              >
                <Trans>Rename</Trans>
              </Button>
              {!isMain && (
                <Button
                  look="danger"
                  onClick={() => {
                    setOpen(false);
                    onRemove();
                  }}
                >
                  <Trans>Delete</Trans>
                </Button>
              )}
            </div>
          )}
        </ConversationFacts>
      )}
    </header>
  );
}
