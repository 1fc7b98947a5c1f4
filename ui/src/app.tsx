import { useState } from 'react';
import { ApprovalCards } from './approvals/approval-cards';
import { useApprovals } from './approvals/use-approvals';
import { PairingCards } from './channels/pairing-cards';
import { usePairing } from './channels/pairing';
import { ChatView } from './chat/chat-view';
import { useGateway } from './gateway/use-gateway';
import { LoginView } from './login/login-view';
import { SessionList } from './sessions/session-list';
import { shortKey, titleOf, useSessions } from './sessions/use-sessions';
import { ConnectionBadge } from './status/connection-badge';
import { StatusPanel } from './status/status-panel';
import { useOffline } from './status/use-offline';
import { useTheme } from './theme/use-theme';

const LAST_SESSION = 'openclaw.session';

export function App() {
  const gateway = useGateway();
  const { attempts, connection, hello, problem } = gateway;
  const [theme, nextTheme] = useTheme();
  if (problem) {
    return (
      <main className="login">
        <p className="note" role="alert">
          {problem}
        </p>
      </main>
    );
  }
  if (connection.kind === 'refused') {
    return <LoginView error={connection.error} isFirst={attempts === 0} onLogIn={gateway.logIn} />;
  }
  if (!hello) {
    return (
      <main className="login">
        <p className="hint" role="status">
          {connection.kind === 'waiting'
            ? `The gateway does not answer (${connection.reason}); trying again …`
            : 'Connecting …'}
        </p>
      </main>
    );
  }
  return (
    <Room
      gateway={gateway}
      mainKey={hello.snapshot.sessionDefaults?.mainSessionKey ?? 'agent:main:main'}
      theme={theme}
      onTheme={nextTheme}
    />
  );
}

interface RoomProps {
  gateway: ReturnType<typeof useGateway>;
  mainKey: string;
  theme: string;
  onTheme(): void;
}

function Room({ gateway, mainKey, theme, onTheme }: RoomProps) {
  const sessions = useSessions(gateway);
  const pairing = usePairing(gateway);
  const approvals = useApprovals(gateway);
  const isOffline = useOffline(gateway) === true;
  const [sessionKey, setSessionKey] = useState(() => sessionStorage.getItem(LAST_SESSION) ?? mainKey);
  const [shows, setShows] = useState<{ status: boolean; sessions: boolean }>({ status: false, sessions: false });
  const current = sessions.rows.find((row) => row.key === sessionKey);

  const open = (key: string): void => {
    sessionStorage.setItem(LAST_SESSION, key);
    setSessionKey(key);
    setShows({ ...shows, sessions: false });
  };

  return (
    <div className="room" data-sessions={shows.sessions} data-status={shows.status}>
      <header className="bar">
        <button
          type="button"
          className="menu"
          aria-label="Sessions"
          aria-expanded={shows.sessions}
          onClick={() => setShows({ ...shows, sessions: !shows.sessions })}
        >
          ☰
        </button>
        <h1>{current ? titleOf(current) : shortKey(sessionKey)}</h1>
        {isOffline && (
          <span
            className="badge"
            title="No language model is connected; the status of the gateway says which one it uses"
          >
            offline assistant
          </span>
        )}
        <button type="button" className="quiet" onClick={onTheme} title="Change the colours" data-testid="theme">
          {theme === 'system' ? 'auto' : theme}
        </button>
        <ConnectionBadge
          connection={gateway.connection}
          onClick={() => setShows({ ...shows, status: !shows.status })}
        />
      </header>
      <PairingCards {...pairing} />
      <SessionList sessions={sessions} current={sessionKey} mainKey={mainKey} onOpen={open} />
      <ChatView key={sessionKey} gateway={gateway} sessionKey={sessionKey} isOffline={isOffline} />
      {shows.status && (
        <StatusPanel
          gateway={gateway}
          pairing={pairing}
          onClose={() => setShows({ ...shows, status: false })}
          onLogOut={gateway.logOut}
        />
      )}
      <ApprovalCards {...approvals} />
    </div>
  );
}
