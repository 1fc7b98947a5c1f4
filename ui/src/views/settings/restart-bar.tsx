import { t } from '@lingui/core/macro';
import { Plural, Trans } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Link } from '../../kit/link';
import { addressOf } from '../../kit/place';
import { Failure, Status } from '../../kit/states';
import { toast } from '../../kit/toasts';
import type { OriginState } from './use-settings';
import css from './settings.module.css';

/** After so long something is wrong that it does not mend by itself. */
const LATE_MS = 20_000;

/** What waits for a restart, the restart, and what came of it. */
export function RestartBar({ state, onBack }: { state: OriginState | undefined; onBack(): void }) {
  const { call, connection } = useGateway();
  const [phase, setPhase] = useState<'asked' | 'away' | 'late'>();
  const [problem, setProblem] = useState<string>();
  const isConnected = connection.kind === 'connected';
  const wasAway = useRef(false);

  useEffect(() => {
    if (phase === undefined) return;
    if (!isConnected) wasAway.current = true;
    else if (wasAway.current) {
      wasAway.current = false;
      setPhase(undefined);
      toast(t`The gateway is back.`);
      onBack();
    }
  }, [phase, isConnected, onBack]);
  useEffect(() => {
    if (phase !== 'asked') return undefined;
    const timer = setTimeout(() => setPhase('late'), LATE_MS);
    return () => clearTimeout(timer);
  }, [phase]);

  const restart = (): void => {
    setProblem(undefined);
    call<{ restart: { ok: boolean } }>('gateway.restart.request', { restartDelayMs: 0 }).then(
      ({ restart: { ok } }) => {
        if (ok) setPhase('asked');
        else setProblem(t`this process can not restart itself; start it again where it runs`);
      },
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };

  const waiting = state?.needRestart ?? [];
  return (
    <>
      {state?.takenBack && phase === undefined && (
        <Failure
          what={t`The gateway did not start with the last change. The settings from before it are back.`}
          why={state.takenBack.because}
        >
          <Link to={addressOf('settings', { tab: 'history', entry: String(state.takenBack.number) })}>
            <Trans>Look at what was refused</Trans>
          </Link>
        </Failure>
      )}
      {problem !== undefined && <Failure what={t`It was not restarted.`} why={problem} />}
      {phase !== undefined ? (
        <div className={css['waiting']} role="status" data-testid="restart">
          {phase === 'late' ? (
            <span>
              <Status tone="bad">
                <Trans>The gateway is not back.</Trans>
              </Status>{' '}
              <Trans>
                Look at its log where it runs, or run <code>openclaw doctor</code> there. If the change was at fault, it
                is taken back by itself.
              </Trans>
            </span>
          ) : (
            <Status tone="busy">
              <Trans>The gateway restarts; this page goes on as soon as it is back.</Trans>
            </Status>
          )}
        </div>
      ) : (
        waiting.length > 0 && (
          <div className={css['waiting']} role="status" data-testid="restart">
            <span>
              <Status tone="warn">
                <Plural
                  value={waiting.length}
                  one="One change waits for a restart:"
                  other="# changes wait for a restart:"
                />
              </Status>{' '}
              <code>{waiting.join(', ')}</code>
            </span>
            <Button look="primary" onClick={restart}>
              <Trans>Restart now</Trans>
            </Button>
          </div>
        )
      )}
    </>
  );
}
