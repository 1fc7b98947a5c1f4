import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import type { Credentials } from '../gateway/credentials';
import type { WireError } from '../gateway/frames';
import { errorInWords } from '../gateway/problem';
import { Button } from '../kit/button';
import { SafeText } from '../text/safe-text';
import css from './door.module.css';

const COMMAND = 'openclaw devices approve ';

interface LoginViewProps {
  error: WireError | undefined;
  /** Nobody has tried to log in yet; the gateway's first refusal is no news. */
  isFirst: boolean;
  onLogIn(credentials: Credentials): void;
}

export function LoginView({ error, isFirst, onLogIn }: LoginViewProps) {
  const [secret, setSecret] = useState('');
  const details = error?.details ?? {};
  const wantsPassword = String(details['code'] ?? '').includes('PASSWORD');
  if (error?.code === 'NOT_PAIRED') return <DeviceView requestId={String(details['requestId'] ?? '')} />;

  return (
    <main className={css['door']}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const text = secretOf(secret);
          if (text !== '')
            onLogIn(wantsPassword ? { kind: 'password', password: text } : { kind: 'token', token: text });
        }}
      >
        <h1>OpenClaw Nest</h1>
        <p>
          {wantsPassword ? (
            <Trans>
              Paste the gateway's password, or open the login link that <code>openclaw dashboard</code> prints.
            </Trans>
          ) : (
            <Trans>
              Paste the gateway's token, or open the login link that <code>openclaw dashboard</code> prints.
            </Trans>
          )}
        </p>
        <input
          type="password"
          value={secret}
          onChange={(event) => setSecret(event.target.value)}
          aria-label={wantsPassword ? t`Password` : t`Token`}
          autoComplete="current-password"
          autoFocus
        />
        <Button type="submit" look="primary" disabled={secret.trim() === ''}>
          <Trans>Log in</Trans>
        </Button>
        {error && !isFirst && (
          <p className={css['problem']} role="alert">
            <SafeText text={errorInWords(error)} />
          </p>
        )}
      </form>
    </main>
  );
}

/** People paste the whole link as often as the token. */
function secretOf(text: string): string {
  const trimmed = text.trim();
  const at = trimmed.indexOf('#');
  if (at < 0) return trimmed;
  const fields = new URLSearchParams(trimmed.slice(at + 1));
  return fields.get('token') ?? fields.get('password') ?? trimmed;
}

function DeviceView({ requestId }: { requestId: string }) {
  return (
    <main className={css['door']}>
      <div>
        <h1>
          <Trans>This browser is new here</Trans>
        </h1>
        <p>
          <Trans>Let it in on the machine of the gateway with:</Trans>
        </p>
        <pre>
          {COMMAND}
          <SafeText text={requestId} />
        </pre>
        <p className={css['hint']}>
          <Trans>This page goes on by itself after that.</Trans>
        </p>
      </div>
    </main>
  );
}
