import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { Button } from '../../kit/button';
import { Card } from '../../kit/page';
import { ORDER, type Plan, STEPS, type Step } from './plan';
import css from './setup.module.css';

export interface StepProps {
  plan: Plan;
  change(part: Partial<Plan>): void;
}

/** Where one is; earlier steps can be gone back to. */
export function StepList({ plan, change }: StepProps) {
  const at = ORDER.indexOf(plan.step);
  return (
    <ol className={css['steps']} aria-label={t`Steps`}>
      {ORDER.map((step, index) => (
        <li key={step} data-state={index < at ? 'done' : index === at ? 'now' : 'later'}>
          <button
            type="button"
            disabled={index >= at}
            aria-current={index === at ? 'step' : undefined}
            onClick={() => change({ step })}
          >
            <span aria-hidden="true">{index + 1}</span>
            {STEPS[step]}
          </button>
        </li>
      ))}
    </ol>
  );
}

interface StepCardProps extends StepProps {
  lead: ReactNode;
  children?: ReactNode;
  /** Words of the button that goes on. */
  next?: string;
  onNext(): void;
  isReady?: boolean;
  /** Words of the button that goes on without. */
  skip?: string;
  onSkip?: () => void;
}

/** One question of the wizard, with the ways on and back. */
export function StepCard(props: StepCardProps) {
  const { plan, change, lead, children, next = t`Go on`, onNext, isReady = true, skip, onSkip } = props;
  const back: Step | undefined = ORDER[ORDER.indexOf(plan.step) - 1];
  return (
    <Card title={STEPS[plan.step]} testId="setup-step">
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) onNext();
        }}
      >
        <p className={css['hint']}>{lead}</p>
        {children}
        <div className={css['ways']}>
          <Button type="submit" look="primary" disabled={!isReady}>
            {next}
          </Button>
          {skip !== undefined && <Button onClick={onSkip}>{skip}</Button>}
          {back !== undefined && (
            <Button look="quiet" icon="back" onClick={() => change({ step: back })}>
              <Trans>Back</Trans>
            </Button>
          )}
        </div>
      </form>
    </Card>
  );
}
