import { i18n } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ApprovalDecision } from '../../../../src/tools/approvals/approval-decision';
import type { ApprovalRequest } from '../../../../src/tools/approvals/approval-request';
import { Status } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import { CallFacts } from './call-facts';
import css from './permissions.module.css';

/** What the gates say: of a call, or of somebody who writes. */
export interface Judged {
  outcome: 'runs' | 'asked' | 'refused' | 'answered';
  reason: string;
  code?: string;
  layer?: string;
  where?: string;
  request?: ApprovalRequest;
  choices?: ApprovalDecision[];
  /** Of a person. */
  setting?: string;
  sessionKey?: string;
}

const TOLD = {
  runs: ['good', msg`It is done, without a question`],
  answered: ['good', msg`They are answered`],
  asked: ['warn', msg`You are asked`],
  refused: ['bad', msg`It is refused`],
} as const;

export function Verdict({ verdict }: { verdict: Judged }) {
  const { outcome, reason, code, layer, where, request, choices = [], setting, sessionKey } = verdict;
  const [tone, words] = TOLD[outcome];
  const facts: [string, string][] = [
    [t`Why`, reason],
    ...(where === undefined ? [] : ([[t`Where`, where]] as [string, string][])),
    ...(layer === undefined ? [] : ([[t`By`, layer]] as [string, string][])),
    ...(setting === undefined ? [] : ([[t`Setting`, setting]] as [string, string][])),
    ...(sessionKey === undefined ? [] : ([[t`Conversation`, sessionKey]] as [string, string][])),
    ...(code === undefined ? [] : ([[t`Code`, code]] as [string, string][])),
    ...(request?.rule !== undefined && choices.includes('allow-always')
      ? ([[t`“Always allow” would write`, request.rule]] as [string, string][])
      : []),
  ];
  return (
    <section className={css['verdict']} data-outcome={outcome} role="status" data-testid="verdict">
      <h3>
        <Status tone={tone}>{i18n._(words)}</Status>
      </h3>
      <dl className={css['reasons']}>
        {facts.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <SafeText text={text} lines max={2000} />
            </dd>
          </div>
        ))}
      </dl>
      {request && (
        <>
          <h4>
            <Trans>What the question would show</Trans>
          </h4>
          <CallFacts request={request} />
        </>
      )}
    </section>
  );
}
