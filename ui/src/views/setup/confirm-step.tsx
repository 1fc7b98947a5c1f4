import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { writeSettings } from '../../gateway/write-settings';
import { Facts } from '../../kit/page';
import { Failure } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import { changesOf } from './changes';
import { CHANNELS, typedSecrets } from './plan';
import { StepCard, type StepProps } from './steps';
import { useProviders } from './use-providers';
import css from './setup.module.css';

/** Everything that would be written, before any of it is. */
export function ConfirmStep({ plan, change }: StepProps) {
  const { call } = useGateway();
  const { providers } = useProviders();
  const [isWriting, setWriting] = useState(false);
  const [problem, setProblem] = useState<string>();
  const provider = providers?.find(({ id }) => id === plan.provider);
  const changes = changesOf(plan, typedSecrets.get(), provider);
  const names = Object.keys(changes.secrets);
  const isNothing = Object.keys(changes.patch).length === 0;
  const confirm = (): void => {
    if (isNothing) {
      change({ step: 'hello' });
      return;
    }
    setWriting(true);
    writeSettings(changes, call).then(
      () => {
        typedSecrets.keep({ apiKey: '', credentials: {} });
        change({ step: 'hello' });
      },
      (error: unknown) => {
        setWriting(false);
        setProblem(messageOf(error));
      },
    );
  };
  return (
    <StepCard
      plan={plan}
      change={change}
      lead={
        isNothing ? t`Nothing was chosen, so nothing is written.` : t`Nothing was written so far. This is what will be.`
      }
      next={isNothing ? t`Go on` : isWriting ? t`Writing …` : t`Write it`}
      isReady={!isWriting && (plan.provider === '' || provider !== undefined)}
      onNext={confirm}
    >
      <Facts
        facts={[
          [t`Model`, plan.provider === '' ? t`none; the offline assistant answers` : `${plan.provider}/${plan.model}`],
          [t`Name`, plan.name.trim() === '' ? t`stays` : <SafeText key="name" text={plan.name} max={60} />],
          [
            t`Folder`,
            plan.workspace.trim() === '' ? t`stays` : <SafeText key="folder" text={plan.workspace} max={200} />,
          ],
          [t`Platform`, plan.channel === 'none' ? CHANNELS.none : t`${CHANNELS[plan.channel]}, as ${plan.bot}`],
          [t`Stored encrypted`, names.length === 0 ? t`nothing` : names.join(', ')],
        ]}
      />
      {!isNothing && (
        <details className={css['raw']}>
          <summary>
            <Trans>What the configuration gets</Trans>
          </summary>
          <pre tabIndex={0} role="group" aria-label={t`Changes of the configuration`}>
            <SafeText text={JSON.stringify(changes.patch, null, 2)} lines />
          </pre>
        </details>
      )}
      {problem !== undefined && <Failure what={t`It was not written.`} why={problem} />}
    </StepCard>
  );
}
