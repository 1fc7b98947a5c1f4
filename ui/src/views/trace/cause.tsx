import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { addressOf, goTo } from '../../kit/place';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { type Trace, causeInWords, isAboutAccess } from './run';
import css from './trace.module.css';

const HEADINGS: Readonly<Partial<Record<Trace['state'], string>>> = {
  get failed() {
    return t`It was not answered`;
  },
  get undelivered() {
    return t`The answer was not delivered`;
  },
  get dropped() {
    return t`Nobody answered it`;
  },
  get running() {
    return t`It waits`;
  },
};

interface CauseProps {
  trace: Trace;
  onChanged(): void;
}

/** Why a message came to nothing or waits, with the one thing to do about it. */
export function Cause({ trace, onChanged }: CauseProps) {
  const heading = HEADINGS[trace.state];
  const { cause } = trace;
  if (heading === undefined || (trace.state === 'running' && cause === undefined)) return null;
  const isHarm = trace.state === 'failed' || trace.state === 'undelivered';
  return (
    <section className={css['cause']} data-harm={isHarm} aria-label={heading} data-testid="cause">
      <p>
        <strong>{heading}.</strong>{' '}
        {cause === undefined ? t`No reason was noted.` : <SafeText text={causeInWords(cause)} />}
      </p>
      <Action trace={trace} onChanged={onChanged} />
    </section>
  );
}

function Action({ trace, onChanged }: CauseProps) {
  const { call } = useGateway();
  const [isBusy, setBusy] = useState(false);
  const { state, sessionKey, cause = '', spans, runId } = trace;
  const attempt = (work: Promise<unknown>, done: string): void => {
    setBusy(true);
    work
      .then(
        () => {
          toast(done);
          onChanged();
        },
        (problem: unknown) => toast(messageOf(problem)),
      )
      .finally(() => setBusy(false));
  };
  if (state === 'undelivered') {
    const ids = spans.flatMap(({ kind, state: end, id }) =>
      kind === 'delivery' && end === 'failed' && id !== undefined ? [id] : [],
    );
    return (
      <Button
        look="primary"
        disabled={isBusy}
        onClick={() => attempt(call('channels.deadLetters.resubmit', { ids }), t`It is sent again.`)}
      >
        <Trans>Send it again</Trans>
      </Button>
    );
  }
  if (trace.canRunAgain)
    return (
      <Button
        look="primary"
        disabled={isBusy}
        onClick={() => attempt(call('runs.again', { id: runId }), t`It is tried again.`)}
      >
        <Trans>Try again</Trans>
      </Button>
    );
  if (isAboutAccess(cause))
    return (
      <Button look="primary" onClick={() => goTo(addressOf('people'))}>
        <Trans>Who may write</Trans>
      </Button>
    );
  if (sessionKey !== null)
    return (
      <Button look="primary" onClick={() => goTo(addressOf('chats', { s: sessionKey }))}>
        {state === 'running' ? t`Decide in the chat` : t`Open the chat`}
      </Button>
    );
  return null;
}
