import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Choice, Field } from '../../kit/field';
import { Failure, Skeleton, Status } from '../../kit/states';
import { typedSecrets } from './plan';
import { StepCard, type StepProps } from './steps';
import { useProviders } from './use-providers';
import { useTrial } from '../../kit/use-trial';

interface Probe {
  ok: boolean;
  model: string;
  ms: number;
  error?: { message: string };
}

/** Typing stops for so long before a key is tried. */
const PAUSE_MS = 600;
const LEAST_KEY = 8;

/** Who thinks: a provider, its key, which is tried while one waits, and one of its models. */
export function ModelStep({ plan, change }: StepProps) {
  const { call } = useGateway();
  const { providers, error, refresh } = useProviders();
  const [apiKey, setKey] = useState(() => typedSecrets.get().apiKey);
  const { trial, forget, run } = useTrial<Probe>();
  const provider = providers?.find(({ id }) => id === plan.provider);
  const found = (providers ?? []).filter(({ isLocal }) => isLocal);
  const { model } = plan;
  const wanted = provider && model !== '' && `${provider.id}/${model}`;
  const isLocal = provider?.isLocal === true;
  const mayTry = wanted && (isLocal || apiKey.length >= LEAST_KEY || (apiKey === '' && provider.hasKey));

  useEffect(() => {
    if (!mayTry) {
      forget();
      return undefined;
    }
    const timer = setTimeout(
      () =>
        run(`${wanted} ${apiKey}`, async () => {
          const probe = await call<Probe>('models.probe', {
            model: wanted,
            ...(apiKey === '' || isLocal ? {} : { apiKey }),
          });
          if (!probe.ok) throw new Error(probe.error?.message ?? t`it gave no reason`);
          return probe;
        }),
      PAUSE_MS,
    );
    return () => clearTimeout(timer);
  }, [mayTry, wanted, apiKey, isLocal, call, run, forget]);

  const choose = (id: string): void =>
    change({ provider: id, model: providers?.find((each) => each.id === id)?.defaultModel ?? '' });
  const type = (typed: string): void => {
    const key = typed.trim();
    setKey(key);
    typedSecrets.keep({ ...typedSecrets.get(), apiKey: key });
    const issuer = providers?.find(({ keyMarks }) => keyMarks.some((mark) => key.startsWith(mark)));
    if (issuer && issuer.id !== plan.provider) choose(issuer.id);
  };
  const isReady = trial.kind === 'works' && trial.of === `${wanted} ${apiKey}`;
  if (error !== undefined && !providers)
    return <Failure what={t`The providers could not be read.`} why={error} onRetry={refresh} />;
  if (!providers) return <Skeleton lines={4} />;
  return (
    <StepCard
      plan={plan}
      change={change}
      lead={t`Whose language model answers. The key is tried at once, and kept encrypted only when you confirm.`}
      isReady={isReady}
      onNext={() => change({ step: 'name' })}
      skip={t`Look around without`}
      onSkip={() => {
        typedSecrets.keep({ ...typedSecrets.get(), apiKey: '' });
        change({ provider: '', model: '', step: 'name' });
      }}
    >
      {found.length > 0 && (
        <p data-testid="local-servers">
          <span>
            <Trans>Found on this machine, without a key:</Trans>
          </span>{' '}
          {found.map(({ id, name }) => (
            <Button key={id} aria-pressed={id === plan.provider} onClick={() => choose(id)}>
              {name}
            </Button>
          ))}
        </p>
      )}
      {!isLocal && (
        <Field
          label={t`Key`}
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={apiKey}
          hint={
            provider?.hasKey === true && apiKey === ''
              ? t`${provider.name} has a key on this machine already; leave this empty to use it.`
              : t`From the page of your provider; most keys show by themselves whose they are.`
          }
          onChange={(event) => type(event.target.value)}
        />
      )}
      <Choice
        label={t`Provider`}
        value={plan.provider}
        options={Object.fromEntries([['', t`Choose`], ...providers.map(({ id, name }) => [id, name])])}
        onChange={choose}
      />
      {provider && (
        <Choice
          label={t`Model`}
          value={model}
          options={Object.fromEntries(provider.models.map(({ id, name }) => [id, name]))}
          onChange={(chosen) => change({ model: chosen })}
        />
      )}
      <div role="status" data-testid="key-trial">
        {trial.kind === 'trying' && (
          <Status tone="busy">
            <Trans>Trying it …</Trans>
          </Status>
        )}
        {trial.kind === 'works' && (
          <Status tone="good">
            <Trans>
              Works: {trial.facts.model} answered in {(trial.facts.ms / 1000).toFixed(1)} s
            </Trans>
          </Status>
        )}
      </div>
      {trial.kind === 'fails' && (
        <Failure what={isLocal ? t`That model does not answer.` : t`That key does not work.`} why={trial.why} />
      )}
    </StepCard>
  );
}
