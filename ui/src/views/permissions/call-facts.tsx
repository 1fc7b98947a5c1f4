import { type ApprovalRequest, factsOf } from '../../../../src/tools/approvals/approval-request';
import { SafeText } from '../../text/safe-text';
import css from './permissions.module.css';

/** Everything that a call does, as it was or would be shown to whoever decides. */
export const CallFacts = ({ request }: { request: ApprovalRequest }) => (
  <dl className={css['facts']}>
    {factsOf(request).map(({ label, text, form }, index) => (
      <div key={index}>
        <dt>
          <SafeText text={label} max={80} />
        </dt>
        <dd>
          <pre tabIndex={0} aria-label={label} role="group">
            {form === 'diff' ? (
              text.split('\n').map((line, at) => (
                <span key={at} data-change={/^[+-]/.test(line) ? line[0] : undefined}>
                  <SafeText text={line} lines />
                  {'\n'}
                </span>
              ))
            ) : (
              <SafeText text={text} lines />
            )}
          </pre>
        </dd>
      </div>
    ))}
  </dl>
);
