import { Trans } from '@lingui/react/macro';
import { SafeText } from '../text/safe-text';
import css from './door.module.css';

/** There is no connection, or none yet. */
export function NoConnectionView({ title, why }: { title: string; why?: string | undefined }) {
  return (
    <main className={css['door']}>
      <div role="status">
        <h1>{title}</h1>
        {why !== undefined && (
          <p className={css['hint']}>
            <SafeText text={why} />
          </p>
        )}
      </div>
    </main>
  );
}

/** Plain http from another machine: the ways on. */
export function InsecureView() {
  const { hostname, port } = window.location;
  const here = port === '' ? '80' : port;
  return (
    <main className={css['door']}>
      <div>
        <h1>
          <Trans>This address is not encrypted</Trans>
        </h1>
        <p>
          <Trans>
            Over plain http anybody on the way could read along and act as you, so browsers keep no keys for such an
            address, and the gateway lets no browser in without one. There are two ways on:
          </Trans>
        </p>
        <h2>
          <Trans>Through a tunnel, at once</Trans>
        </h2>
        <p>
          <Trans>Run this on the machine you sit at, and leave it running:</Trans>
        </p>
        <pre>
          <SafeText text={`ssh -N -L ${here}:127.0.0.1:${here} ${hostname}`} />
        </pre>
        <p>
          <Trans>
            Then open <code>http://localhost:{here}</code>.
          </Trans>
        </p>
        <h2>
          <Trans>With encryption, for good</Trans>
        </h2>
        <p>
          <Trans>
            On the machine of the gateway set <code>gateway.tls.enabled</code> to <code>true</code>: it makes its own
            certificate and prints the fingerprint to compare it by. A reverse proxy with a certificate does as well.
          </Trans>
        </p>
      </div>
    </main>
  );
}
