import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useLive } from '../../gateway/use-live';
import { took } from '../../kit/amounts';
import { Card } from '../../kit/page';
import { Failure, Skeleton } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import css from './home.module.css';

interface Boot {
  totalMs: number;
  errors: number;
  degraded: number;
  steps: {
    step: number;
    name: string;
    state: 'done' | 'skipped' | 'degraded' | 'failed';
    reason?: string;
    ms: number;
  }[];
}

/** How the gateway started: what failed or was left out stands first, the rest can be opened. */
export function BootCard() {
  const { data, error, refresh } = useLive<Boot>(['system.boot']);
  if (!data)
    return (
      <Card title={t`Start`}>
        {error === undefined ? (
          <Skeleton />
        ) : (
          <Failure what={t`The start could not be read.`} why={error} onRetry={refresh} />
        )}
      </Card>
    );
  const troubled = data.steps.filter(({ state }) => state === 'degraded' || state === 'failed');
  return (
    <Card title={t`Start`} testId="boot">
      <p className={css['hint']}>
        <Trans>
          Ready in {took(data.totalMs)}, {data.steps.length} steps
        </Trans>
        {data.errors > 0 && ` · ${plural(data.errors, { one: '# failed', other: '# failed' })}`}
        {data.degraded > 0 &&
          ` · ${plural(data.degraded, { one: '# with less than all', other: '# with less than all' })}`}
      </p>
      <Steps steps={troubled} />
      <details className={css['steps']}>
        <summary>
          <Trans>All steps</Trans>
        </summary>
        <Steps steps={data.steps} />
      </details>
    </Card>
  );
}

const Steps = ({ steps }: Pick<Boot, 'steps'>) => (
  <ol>
    {steps.map(({ step, name, state, reason, ms }) => (
      <li key={step} className={css['step']} data-state={state}>
        <span>
          {name}
          {reason !== undefined && (
            <small>
              <SafeText text={reason} max={240} />
            </small>
          )}
        </span>
        <span>
          <Trans>
            {state} · {ms.toFixed(1)} ms
          </Trans>
        </span>
      </li>
    ))}
  </ol>
);
