import { t } from '@lingui/core/macro';
import { useLingui } from '@lingui/react';
import { useMemo } from 'react';
import { InsecurePlace } from '../gateway/device-key';
import type { WireError } from '../gateway/frames';
import { type Gateway, GatewayProvider, useConnection } from '../gateway/use-gateway';
import { unsaved } from '../kit/unsaved';
import { LoginView } from './login-view';
import { InsecureView, NoConnectionView } from './no-way-in';
import { Room } from './room';

/** The page's connection; whoever logs out leaves nothing behind that was written here. */
function useOwnConnection(): Gateway {
  const gateway = useConnection();
  return useMemo(
    () => ({
      ...gateway,
      logOut: (): void => {
        unsaved.forget();
        gateway.logOut();
      },
    }),
    [gateway],
  );
}

/** Whoever came with a code is told why it does not let them in. */
const isSpent = ({ details }: WireError): boolean => details?.['code'] === 'AUTH_BOOTSTRAP_TOKEN_INVALID';

export function App() {
  const gateway = useOwnConnection();
  const { i18n } = useLingui();
  const { attempts, connection, hello, problem } = gateway;
  if (problem instanceof InsecurePlace) return <InsecureView />;
  if (problem) return <NoConnectionView title={t`This browser can't sign in`} why={problem.message} />;
  if (connection.kind === 'refused')
    return (
      <LoginView
        error={connection.error}
        isFirst={attempts === 0 && !isSpent(connection.error)}
        onLogIn={gateway.logIn}
      />
    );
  if (!hello) {
    // Too many wrong ones: the form stays, and says when the next is looked at.
    if (connection.kind === 'waiting' && connection.error?.retryAfterMs !== undefined && attempts > 0)
      return <LoginView error={connection.error} isFirst={false} onLogIn={gateway.logIn} />;
    return (
      <NoConnectionView
        title={connection.kind === 'waiting' ? t`The gateway does not answer` : t`Connecting …`}
        why={connection.kind === 'waiting' ? t`${connection.reason}; trying again …` : undefined}
      />
    );
  }
  return (
    <GatewayProvider value={gateway}>
      {/* What was said in one language is built anew in another; the connection stays. */}
      <Room key={i18n.locale} />
    </GatewayProvider>
  );
}
