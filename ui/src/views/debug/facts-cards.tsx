import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import type { SystemFacts } from '../../../../src/operations/diagnostics/system-facts';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { byteSize, wholeCount } from '../../kit/amounts';
import { Button } from '../../kit/button';
import { Card, Columns, Facts } from '../../kit/page';
import { saveFile } from '../../kit/save-file';
import { Failure, Skeleton, Status } from '../../kit/states';
import { roughly, wholeMoment } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';

const LOOK_MS = 5000;
const MAX_TEXT = 200;

interface Health {
  ok: boolean;
  ts: number;
  durationMs: number;
  sessions?: { count: number };
  channels?: Record<string, { configured?: boolean }>;
}

/** What the gateway says about itself, read again every few seconds. */
export function FactsCards() {
  const { data, error, refresh } = useLive<SystemFacts>(['system.facts'], { everyMs: LOOK_MS });
  const { data: health, refresh: lookAgain } = useLive<Health>(['health'], { events: ['health'] });
  if (!data)
    return (
      <Card title={t`Gateway`}>
        {error === undefined ? (
          <Skeleton lines={6} />
        ) : (
          <Failure what={t`The facts could not be read.`} why={error} onRetry={refresh} />
        )}
      </Card>
    );
  const { memory, database, sockets, loopDelayMs } = data;
  const share = memory.limit === undefined ? undefined : memory.rss / memory.limit;
  return (
    <Columns>
      <Card title={t`Gateway`} testId="gateway-facts" aside={<Export />}>
        <Facts
          facts={[
            [t`Version`, data.version],
            [t`Up for`, roughly(data.uptimeMs)],
            [t`Node`, `${data.node} · ${data.platform}`],
            [t`Process`, String(data.pid)],
            [t`State folder`, <SafeText text={data.stateDir} max={MAX_TEXT} />],
            [t`Log file`, <SafeText text={data.logFile} max={MAX_TEXT} />],
            [
              t`Sockets`,
              sockets.waitingBytes > 0
                ? t`${wholeCount(sockets.open)} open, ${byteSize(sockets.waitingBytes)} on their way`
                : t`${wholeCount(sockets.open)} open`,
            ],
          ]}
        />
      </Card>
      <Card
        title={t`Health`}
        testId="health"
        aside={
          <Button
            onClick={() => {
              refresh();
              lookAgain();
            }}
          >
            <Trans>Look again</Trans>
          </Button>
        }
      >
        <Facts
          facts={[
            [
              t`State`,
              <Status tone={health === undefined ? 'off' : health.ok ? 'good' : 'bad'}>
                {health === undefined ? t`not read yet` : health.ok ? t`well` : t`not well`}
              </Status>,
            ],
            ...(health === undefined
              ? []
              : [
                  [t`Looked at`, wholeMoment(health.ts)] as const,
                  [t`Conversations`, wholeCount(health.sessions?.count ?? 0)] as const,
                ]),
            [
              t`Memory`,
              <Status tone={share !== undefined && share > 0.9 ? 'bad' : 'good'}>
                {byteSize(memory.rss)}
                {memory.limit !== undefined && t` of ${byteSize(memory.limit)}`}{' '}
                <Trans>· {byteSize(memory.heapUsed)} of it heap</Trans>
              </Status>,
            ],
            [
              t`Event loop`,
              <Status tone={loopDelayMs > 1000 ? 'warn' : 'good'}>
                {loopDelayMs < 1 ? t`no delay` : t`${Math.round(loopDelayMs)} ms late at worst`}
              </Status>,
            ],
            [
              t`Database`,
              <>
                {database.dialect === 'postgres' ? 'PostgreSQL' : 'SQLite'}
                {database.bytes !== undefined && `, ${byteSize(database.bytes)}`}
              </>,
            ],
            [t`Waiting messages`, wholeCount(data.waiting.messages)],
            [t`Waiting deliveries`, wholeCount(data.waiting.deliveries)],
          ]}
        />
      </Card>
    </Columns>
  );
}

/** State, figures and log for somebody who helps, as a file. */
function Export() {
  const { call } = useGateway();
  const [isBusy, setBusy] = useState(false);
  const save = (): void => {
    setBusy(true);
    call('diagnostics.export')
      .then(
        (bundle) => {
          const day = new Date().toISOString().replace(/T.*/, '');
          saveFile(`openclaw-diagnostics-${day}.json`, 'application/json', JSON.stringify(bundle, null, 2));
          toast(t`Saved. There are no secrets in it, and nothing that was said.`);
        },
        (problem: unknown) => toast(messageOf(problem)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <Button onClick={save} disabled={isBusy}>
      <Trans>Save diagnostics</Trans>
    </Button>
  );
}
