import { t } from '@lingui/core/macro';
import { useCallback, useState } from 'react';
import { Page } from '../../kit/page';
import { ChannelStep } from './channel-step';
import { ConfirmStep } from './confirm-step';
import { HelloStep } from './hello-step';
import { ModelStep } from './model-step';
import { NameStep } from './name-step';
import { type Plan, storedPlan, withCredentials } from './plan';
import { StepList } from './steps';

/** From nothing to the first answer. It can be left at any step and gone on with later; only the last look writes. */
export default function SetupView() {
  const [plan, setPlan] = useState(storedPlan.get);
  const change = useCallback((part: Partial<Plan>): void => {
    setPlan((old) => {
      const next = withCredentials({ ...old, ...part });
      storedPlan.keep(next);
      return next;
    });
  }, []);
  const done = (): void => storedPlan.forget();
  return (
    <Page title={t`Set up`} lead={t`A language model, a name, and where you write to it. It takes a minute.`}>
      <StepList plan={plan} change={change} />
      {plan.step === 'model' && <ModelStep plan={plan} change={change} />}
      {plan.step === 'name' && <NameStep plan={plan} change={change} />}
      {plan.step === 'channel' && <ChannelStep plan={plan} change={change} />}
      {plan.step === 'confirm' && <ConfirmStep plan={plan} change={change} />}
      {plan.step === 'hello' && <HelloStep plan={plan} change={change} onDone={done} />}
    </Page>
  );
}
