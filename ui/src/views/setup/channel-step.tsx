import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Choice, Field } from '../../kit/field';
import { Failure, Status } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import { CHANNELS, CREDENTIALS, type Channel, typedSecrets } from './plan';
import { StepCard, type StepProps } from './steps';
import { useTrial } from './use-trial';

interface Probe {
  ok: boolean;
  error?: string;
  elapsedMs: number;
  bot?: { username?: string; name?: string };
}

/** A chat platform, whose token is tried without being kept. */
export function ChannelStep({ plan, change }: StepProps) {
  const { call } = useGateway();
  const [credentials, setCredentials] = useState(() => typedSecrets.get().credentials);
  const { trial, forget, run } = useTrial<Probe>();
  const { channel } = plan;
  const fields = CREDENTIALS[channel];
  const tried = JSON.stringify([channel, credentials]);
  const isWhole = fields.every(({ name }) => (credentials[name] ?? '') !== '');
  const isReady = channel === 'none' || (trial.kind === 'works' && trial.of === tried);
  const keep = (next: Readonly<Record<string, string>>): void => {
    setCredentials(next);
    typedSecrets.keep({ ...typedSecrets.get(), credentials: next });
    forget();
  };
  const choose = (next: Channel): void => {
    keep({});
    change({ channel: next, bot: '' });
  };
  const attempt = (): void =>
    run(tried, async () => {
      const probe = await call<Probe>('channels.probe', { channel, credentials });
      if (!probe.ok) throw new Error(probe.error ?? t`it gave no reason`);
      change({ bot: probe.bot?.username ?? probe.bot?.name ?? '' });
      return probe;
    });
  return (
    <StepCard
      plan={plan}
      change={change}
      lead={t`Where else you write to it. New people are answered only when you have let them in.`}
      isReady={isReady}
      onNext={() => change({ step: 'confirm' })}
      {...(channel === 'none'
        ? {}
        : { skip: t`Go on without`, onSkip: () => (choose('none'), change({ step: 'confirm' })) })}
    >
      <Choice label={t`Platform`} value={channel} options={CHANNELS} onChange={choose} />
      {fields.map(({ name, label, hint }) => (
        <Field
          key={`${channel} ${name}`}
          label={label}
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={credentials[name] ?? ''}
          hint={hint}
          onChange={(event) => keep({ ...credentials, [name]: event.target.value.trim() })}
        />
      ))}
      {channel !== 'none' && (
        <div>
          <Button disabled={!isWhole || trial.kind === 'trying'} onClick={attempt}>
            <Trans>Try it</Trans>
          </Button>
        </div>
      )}
      <div role="status" data-testid="token-trial">
        {trial.kind === 'trying' && (
          <Status tone="busy">
            <Trans>Trying it …</Trans>
          </Status>
        )}
        {trial.kind === 'works' && (
          <Status tone="good">
            <Trans>
              Works: it is <SafeText text={plan.bot || t`a bot without a name`} max={60} />
            </Trans>
          </Status>
        )}
      </div>
      {trial.kind === 'fails' && <Failure what={t`That token does not work.`} why={trial.why} />}
    </StepCard>
  );
}
