import { useEffect, useState } from 'react';
import type { Pairing } from '../channels/pairing';
import { PairedPeople } from '../channels/paired-people';
import type { Gateway } from '../gateway/use-gateway';

interface BootStep {
  step: number;
  name: string;
  phase: string;
  state: 'done' | 'skipped' | 'degraded' | 'failed';
  reason?: string;
  ms: number;
}

interface Boot {
  totalMs: number;
  errors: number;
  degraded: number;
  steps: BootStep[];
}

interface Status {
  channelSummary?: string[];
  sessions?: { count: number; defaults?: { model: string | null } };
}

const REFRESH_MS = 10_000;

interface StatusPanelProps {
  gateway: Gateway;
  pairing: Pairing;
  onClose(): void;
  onLogOut(): void;
}

export function StatusPanel({ gateway, pairing, onClose, onLogOut }: StatusPanelProps) {
  const { call, connection } = gateway;
  const [boot, setBoot] = useState<Boot>();
  const [status, setStatus] = useState<Status>();
  const [problem, setProblem] = useState<string>();
  const isConnected = connection.kind === 'connected';

  useEffect(() => {
    if (!isConnected) return undefined;
    const load = (): void => {
      Promise.all([call<Boot>('system.boot'), call<Status>('status')]).then(
        ([nextBoot, nextStatus]) => {
          setBoot(nextBoot);
          setStatus(nextStatus);
          setProblem(undefined);
        },
        (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
      );
    };
    load();
    const timer = setInterval(load, REFRESH_MS);
    return () => clearInterval(timer);
  }, [call, isConnected]);

  return (
    <aside className="status" aria-label="Status" data-testid="status-panel">
      <header>
        <h2>Status</h2>
        <button type="button" className="quiet" onClick={onClose}>
          Close
        </button>
      </header>
      {problem && <p className="note">{problem}</p>}
      <dl>
        <dt>Connection</dt>
        <dd>{connection.kind === 'waiting' ? `reconnecting (${connection.reason})` : connection.kind}</dd>
        {connection.kind === 'connected' && (
          <>
            <dt>Gateway</dt>
            <dd>
              {location.host}, version {connection.hello.server.version}
            </dd>
            <dt>Up</dt>
            <dd>{Math.round(connection.hello.snapshot.uptimeMs / 1000)} s at connect</dd>
          </>
        )}
        {status && (
          <>
            <dt>Model</dt>
            <dd>{status.sessions?.defaults?.model ?? 'none'}</dd>
            <dt>Sessions</dt>
            <dd>{status.sessions?.count ?? 0}</dd>
            <dt>Channels</dt>
            <dd>{status.channelSummary?.length ? status.channelSummary.join(', ') : 'none configured'}</dd>
          </>
        )}
      </dl>
      <PairedPeople {...pairing} />
      {boot && (
        <>
          <h3>
            Boot: {boot.steps.length} steps, {boot.errors} errors, {boot.degraded} degraded, {boot.totalMs} ms
          </h3>
          <ol className="boot">
            {boot.steps.map((step) => (
              <li key={step.step} data-state={step.state} title={step.reason}>
                <span>{step.name}</span>
                <span>
                  {step.state} · {step.ms.toFixed(1)} ms
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
      <button type="button" onClick={onLogOut}>
        Log out of this browser
      </button>
    </aside>
  );
}
