import { useCallback, useEffect, useState } from 'react';
import type { Gateway } from '../gateway/use-gateway';

interface Approval {
  id: string;
  expiresAtMs: number;
  request: {
    kind: 'exec' | 'tool';
    tool: string;
    command: string;
    cwd: string;
    host: string;
    agentId: string;
    reason: string;
    canAlways: boolean;
  };
}

type Decision = 'allow-once' | 'allow-always' | 'deny';

/** Commands and other calls that wait for a decision. No decision in time is a denial. */
export function ApprovalCards({ call, connection, gaps, subscribe }: Gateway) {
  const [approvals, setApprovals] = useState<Approval[]>([]);
  const [problem, setProblem] = useState<string>();
  const isConnected = connection.kind === 'connected';

  const refresh = useCallback((): void => {
    call<Approval[]>('exec.approval.list').then(setApprovals, () => undefined);
  }, [call]);

  useEffect(() => {
    if (isConnected) refresh();
  }, [isConnected, gaps, refresh]);

  useEffect(
    () =>
      subscribe((frame) => {
        if (frame.event.startsWith('exec.approval.')) refresh();
      }),
    [subscribe, refresh],
  );

  const decide = (id: string, decision: Decision): void => {
    call('exec.approval.resolve', { id, decision }).then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  };

  return (
    <>
      {approvals.map(({ id, request, expiresAtMs }) => (
        <section key={id} className="approval" data-testid="approval">
          <h2>
            {request.kind === 'tool'
              ? `The assistant wants to use ${request.tool}`
              : 'The assistant wants to run a command'}
          </h2>
          <pre>{request.command}</pre>
          <p>
            {request.kind === 'tool' ? 'Asked' : `In ${request.cwd} on ${request.host}, asked`} by agent{' '}
            {request.agentId}, because: {request.reason}.{request.reason}
          </p>
          <TimeLeft until={expiresAtMs} />
          {problem && <p className="note">{problem}</p>}
          <div className="buttons">
            <button type="button" className="primary" onClick={() => decide(id, 'allow-once')}>
              Allow once
            </button>
            {request.canAlways && (
              <button type="button" onClick={() => decide(id, 'allow-always')}>
                {request.kind === 'tool' ? 'Allow for this conversation' : 'Always allow'}
              </button>
            )}
            <button type="button" onClick={() => decide(id, 'deny')}>
              Deny
            </button>
          </div>
        </section>
      ))}
    </>
  );
}

function TimeLeft({ until }: { until: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <p className="hint">Denied by itself in {Math.max(0, Math.round((until - now) / 1000))} s</p>;
}
