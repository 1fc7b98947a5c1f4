import { useState } from 'react';
import type { Credentials } from '../gateway/credentials';
import type { WireError } from '../gateway/frames';

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
  if (error?.code === 'NOT_PAIRED') return <PairingView requestId={String(details['requestId'] ?? '')} />;

  return (
    <main className="login">
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
          Paste the gateway's {wantsPassword ? 'password' : 'token'}, or open the login link that{' '}
          <code>openclaw dashboard</code> prints.
        </p>
        <input
          type="password"
          value={secret}
          onChange={(event) => setSecret(event.target.value)}
          aria-label={wantsPassword ? 'Password' : 'Token'}
          autoComplete="current-password"
          autoFocus
        />
        <button type="submit" className="primary" disabled={secret.trim() === ''}>
          Log in
        </button>
        {error && !isFirst && (
          <p className="note" role="alert">
            {error.message}
          </p>
        )}
      </form>
    </main>
  );
}

/** People paste the whole link as often as the token. */
function secretOf(text: string): string {
  const trimmed = text.trim();
  const fragment = /#(?:token|password)=([^&]+)/.exec(trimmed)?.[1];
  return fragment === undefined ? trimmed : decodeURIComponent(fragment);
}

function PairingView({ requestId }: { requestId: string }) {
  return (
    <main className="login">
      <div>
        <h1>This browser is new here</h1>
        <p>Let it in on the machine of the gateway with:</p>
        <pre>openclaw devices approve {requestId}</pre>
        <p className="hint">This page goes on by itself after that.</p>
      </div>
    </main>
  );
}
