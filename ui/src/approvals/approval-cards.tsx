import { useEffect, useRef, useState } from 'react';
import type { ApprovalDecision } from '../../../src/tools/approvals/approval-decision';
import { type ApprovalFact, factsOf } from '../../../src/tools/approvals/approval-request';
import { shortKey } from '../sessions/use-sessions';
import { SafeText } from '../text/safe-text';
import type { Approval, Approvals } from './use-approvals';
import { useRead } from './use-read';
import { useSteady } from './use-steady';

const LABELS: Readonly<Record<ApprovalDecision, string>> = {
  'allow-once': 'Allow once',
  'allow-session': 'For this conversation',
  'allow-always': 'Always allow',
  deny: 'Deny',
};

/** Answers to several calls at once. */
const ALL: Readonly<Record<ApprovalDecision, string>> = {
  ...LABELS,
  'allow-once': 'Allow all once',
  deny: 'Deny all',
};

/** The oldest call that waits for a decision, in a place of its own that nothing else shares. */
export function ApprovalCards({ waiting, problem, decide }: Approvals) {
  const [first] = waiting;
  const count = waiting.length;
  useEffect(() => {
    if (count === 0) return undefined;
    const title = document.title;
    document.title = `(${count}) Waits for your decision – ${title}`;
    return () => {
      document.title = title;
    };
  }, [count]);
  if (!first) return null;
  return (
    <div className="approvals">
      <p className="visually-hidden" role="alert">
        {count === 1 ? 'A call waits for your decision' : `${count} calls wait for your decision`}
      </p>
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
    <section className="approval" data-testid="approval" aria-label="Waits for your decision">
      <h2>
        {calls ? `The assistant wants to do ${calls.length} things` : <Wish request={request} />}
        {count > 1 && <span className="badge">1 of {count}</span>}
      </h2>
      <div className="facts" ref={text} tabIndex={0} role="group" aria-label="What will happen">
        {calls ? (
          calls.map((call, index) => (
            <section key={call.id} className="call" aria-label={`${index + 1} of ${calls.length}`}>
              <h3>
                {index + 1}. <Wish request={call.request} />
              </h3>
              <Facts approval={call} />
              <div className="buttons">
                {call.choices.map((choice) => (
                  <button
                    key={choice}
                    type="button"
                    disabled={!isSteady || (choice !== 'deny' && !isRead)}
                    onClick={() => answer(call, choice)}
                  >
                    {`${LABELS[choice]}: ${index + 1}`}
                  </button>
                ))}
              </div>
            </section>
          ))
        ) : (
          <Facts approval={approval} />
        )}
      </div>
      <div className="answer" ref={buttons}>
        <p className="hint">
          {isRead ? <TimeLeft until={expiresAtMs} /> : 'Scroll to the end of it to be able to allow it.'}
        </p>
        {problem && (
          <p className="note">
            <SafeText text={problem} />
          </p>
        )}
        <div className="buttons">
          {choices.map((choice) => (
            <button
              key={choice}
              type="button"
              className={choice === 'allow-once' ? 'primary' : ''}
              disabled={!isSteady || (choice !== 'deny' && !isRead)}
              onClick={() => answer(approval, choice)}
            >
              {calls && calls.length > 1 ? ALL[choice] : LABELS[choice]}
            </button>
          ))}
          <input
            aria-label="Why not; the assistant is told"
            placeholder="Why not?"
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
  if (kind !== 'tool') return 'The assistant wants to run a command';
  return (
    <>
      The assistant wants to use <SafeText text={tool} />
    </>
  );
}

/** Everything that a call does, and what each answer to it means. */
function Facts({ approval: { request, choices } }: { approval: Approval }) {
  const facts: ApprovalFact[] = [
    ...factsOf(request),
    { label: 'Why it is asked', text: request.reason },
    { label: 'Conversation', text: shortKey(request.sessionKey) },
    { label: 'Asked by', text: `agent ${request.agentId}${request.asker ? `, ${request.asker}` : ''}` },
    ...(choices.includes('allow-always') ? [{ label: '“Always allow” writes', text: request.rule ?? '' }] : []),
    ...(choices.includes('allow-session')
      ? [{ label: '“For this conversation” covers', text: request.sessionRule ?? '' }]
      : []),
  ];
  return facts.map((fact, index) => <Fact key={index} {...fact} />);
}

function Fact({ label, text, form }: ApprovalFact) {
  return (
    <div className="fact">
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

function TimeLeft({ until }: { until: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return `Denied by itself in ${Math.max(0, Math.round((until - now) / 1000))} s`;
}
