import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useGateway } from '../../gateway/use-gateway';
import { SafeText } from '../../text/safe-text';
import { Button } from '../button';
import { Field } from '../field';
import { Failure, Status } from '../states';
import { useTrial } from '../use-trial';
import { CREDENTIALS, type Credentials, type Platform, isWhole } from './platforms';

interface Probe {
  ok: boolean;
  error?: string;
  elapsedMs: number;
  bot?: { username?: string; name?: string };
}

interface TokenTrialProps {
  platform: Platform;
  credentials: Credentials;
  onChange(credentials: Credentials): void;
  /** Called with the bot's name once these credentials have worked; with undefined as soon as they are others. */
  onTried(bot: string | undefined): void;
}

/** Fields for what a platform asks for; it is tried there without being kept. */
export function TokenTrial({ platform, credentials, onChange, onTried }: TokenTrialProps) {
  const { call } = useGateway();
  const { trial, forget, run } = useTrial<Probe>();
  const keep = (next: Credentials): void => {
    onChange(next);
    onTried(undefined);
    forget();
  };
  const attempt = (): void =>
    run(
      platform,
      async () => {
        const probe = await call<Probe>('channels.probe', { channel: platform, credentials });
        if (!probe.ok) throw new Error(probe.error ?? t`it gave no reason`);
        return probe;
      },
      ({ bot }) => onTried(bot?.username ?? bot?.name ?? ''),
    );
  return (
    <>
      {CREDENTIALS[platform].map(({ name, label, hint }) => (
        <Field
          key={name}
          label={label}
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={credentials[name] ?? ''}
          hint={hint}
          onChange={(event) => keep({ ...credentials, [name]: event.target.value.trim() })}
        />
      ))}
      <div>
        <Button disabled={!isWhole(platform, credentials) || trial.kind === 'trying'} onClick={attempt}>
          <Trans>Try it</Trans>
        </Button>
      </div>
      <div role="status" data-testid="token-trial">
        {trial.kind === 'trying' && (
          <Status tone="busy">
            <Trans>Trying it …</Trans>
          </Status>
        )}
        {trial.kind === 'works' && (
          <Status tone="good">
            <Trans>
              Works: it is{' '}
              <SafeText text={trial.facts.bot?.username ?? trial.facts.bot?.name ?? t`a bot without a name`} max={60} />
            </Trans>
          </Status>
        )}
      </div>
      {trial.kind === 'fails' && <Failure what={t`That token does not work.`} why={trial.why} />}
    </>
  );
}
