import type { ConnectionState } from '../gateway/gateway-socket';

const TEXT = {
  connecting: 'connecting',
  connected: 'connected',
  waiting: 'reconnecting',
  refused: 'not signed in',
} as const;

export function ConnectionBadge({ connection, onClick }: { connection: ConnectionState; onClick(): void }) {
  const reason =
    connection.kind === 'waiting' ? connection.reason : connection.kind === 'refused' ? connection.error.message : '';
  return (
    <button
      type="button"
      className="connection"
      data-state={connection.kind}
      data-testid="connection"
      title={reason || 'Show status'}
      onClick={onClick}
    >
      <span className="dot" aria-hidden="true" />
      {TEXT[connection.kind]}
    </button>
  );
}
