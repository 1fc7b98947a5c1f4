import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useRef, useState } from 'react';
import type { ApprovalDecision } from '../../../../src/tools/approvals/approval-decision';
import { type ApprovalFact, factsOf } from '../../../../src/tools/approvals/approval-request';
import type { Approval, Approvals } from '../../gateway/approvals';
import { shortKey } from '../../gateway/session-names';
import { Button } from '../../kit/button';
import { useNow } from '../../kit/use-now';
import { useSteady } from '../../kit/use-steady';
import { SafeText } from '../../text/safe-text';
import { useRead } from './use-read';
import css from './approvals.module.css';

const LABELS: Readonly<Record<ApprovalDecision, string>> = {
  get 'allow-once'() {
    return t`Allow once`;
  },
  get 'allow-session'() {
    return t`For this conversation`;
  },
  get 'allow-always'() {
    return t`Always allow`;
  },
  get deny() {
    return t`Deny`;
  },
};

/** Answers to several calls at once. */
const labelForAll = (choice: ApprovalDecision): string => {
  if (choice === 'allow-once') return t`Allow all once`;
  return choice === 'deny' ? t`Deny all` : LABELS[choice];
};

/** The oldest call that waits for a decision, in a place of its own that nothing else shares. */
export function ApprovalCards({ waiting, problem, decide }: Approvals) {
  const [first] = waiting;
  const count = waiting.length;
  if (!first) return null;
  return (
    <div className={css['approvals']}>
      <ApprovalCard key={first.id} approval={first} count={count} problem={problem} decide={decide} />
    </div>
  );
}

interface CardProps extends Pick<Approvals, 'problem' | 'decide'> {
  approval: Approval;
  count: number;
}

function ApprovalCard({ approval, count, problem, decide }: CardProps) {
  const { id, hash, request, choices, expiresAtMs, calls } = approval;
  const text = useRef<HTMLDivElement>(null);
  const buttons = useRef<HTMLDivElement>(null);
  // With each call that is decided by itself, what is left is another question.
  const isRead = useRead(text, hash);
  const isSteady = useSteady(buttons, `${id} ${hash}`);
  const [reason, setReason] = useState('');
  const answer = (asked: Approval, choice: ApprovalDecision): void =>
    decide(asked, choice, choice === 'deny' ? reason.trim() : undefined);
  return (
    <section className={css['approval']} data-testid="approval" aria-label={t`Waits for your decision`}>
      <h2>
        <span>{calls ? t`The assistant wants to do ${calls.length} things` : <Wish request={request} />}</span>
        {count > 1 && (
          <span className={css['count']}>
            <Trans>1 of {count}</Trans>
          </span>
        )}
      </h2>
      <div className={css['facts']} ref={text} tabIndex={0} role="group" aria-label={t`What will happen`}>
        {calls ? (
          calls.map((call, index) => (
            <section key={call.id} className={css['call']} aria-label={t`${index + 1} of ${calls.length}`}>
              <h3>
                {index + 1}. <Wish request={call.request} />
              </h3>
              <Facts approval={call} />
              <div className={css['buttons']}>
                {call.choices.map((choice) => (
                  <Button
                    key={choice}
                    disabled={!isSteady || (choice !== 'deny' && !isRead)}
                    onClick={() => answer(call, choice)}
                  >
                    {`${LABELS[choice]}: ${index + 1}`}
                  </Button>
                ))}
              </div>
            </section>
          ))
        ) : (
          <Facts approval={approval} />
        )}
      </div>
      <div className={css['answer']} ref={buttons}>
        <p className={css['hint']}>
          {isRead ? <TimeLeft until={expiresAtMs} /> : t`Scroll to the end of it to be able to allow it.`}
        </p>
        {problem && (
          <p className={css['problem']}>
            <SafeText text={problem} />
          </p>
        )}
        <div className={css['buttons']}>
          {choices.map((choice) => (
            <Button
              key={choice}
              look={choice === 'allow-once' ? 'primary' : 'plain'}
              disabled={!isSteady || (choice !== 'deny' && !isRead)}
              onClick={() => answer(approval, choice)}
            >
              {calls && calls.length > 1 ? labelForAll(choice) : LABELS[choice]}
            </Button>
          ))}
          <input
            aria-label={t`Why not; the assistant is told`}
            placeholder={t`Why not?`}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
      </div>
    </section>
  );
}

function Wish({ request: { kind, tool } }: Pick<Approval, 'request'>) {
  if (kind !== 'tool') return t`The assistant wants to run a command`;
  return (
    <>
      <Trans>
        The assistant wants to use <SafeText text={tool} />
      </Trans>
    </>
  );
}

/** Everything that a call does, and what each answer to it means. */
function Facts({ approval: { request, choices } }: { approval: Approval }) {
  const facts: ApprovalFact[] = [
    ...factsOf(request),
    { label: t`Why it is asked`, text: request.reason },
    { label: t`Conversation`, text: shortKey(request.sessionKey) },
    {
      label: t`Asked by`,
      text: request.asker ? t`agent ${request.agentId}, ${request.asker}` : t`agent ${request.agentId}`,
    },
    ...(choices.includes('allow-always') ? [{ label: t`“Always allow” writes`, text: request.rule ?? '' }] : []),
    ...(choices.includes('allow-session')
      ? [{ label: t`“For this conversation” covers`, text: request.sessionRule ?? '' }]
      : []),
  ];
  return facts.map((fact, index) => <Fact key={index} {...fact} />);
}

function Fact({ label, text, form }: ApprovalFact) {
  return (
    <div className={css['fact']}>
      <h3>
        <SafeText text={label} />
      </h3>
      <pre>
        {form === 'diff' ? (
          text.split('\n').map((line, index) => (
            <span key={index} data-change={/^[+-]/.test(line) ? line[0] : undefined}>
              <SafeText text={line} lines />
              {'\n'}
            </span>
          ))
        ) : (
          <SafeText text={text} lines />
        )}
      </pre>
    </div>
  );
}

/** Shown, not spoken: a screen reader reads it when it is asked to. */
function TimeLeft({ until }: { until: number }) {
  const seconds = Math.max(0, Math.round((until - useNow(1000)) / 1000));
  return t`Denied by itself in ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
