import { useState } from 'react';
import { messageOf } from '../../../../src/common/openclaw-error';
import type { SystemFacts } from '../../../../src/diagnostics/system-facts';
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
      <Card title="Gateway">
        {error === undefined ? (
          <Skeleton lines={6} />
        ) : (
          <Failure what="The facts could not be read." why={error} onRetry={refresh} />
        )}
      </Card>
    );
  const { memory, database, sockets, loopDelayMs } = data;
  const share = memory.limit === undefined ? undefined : memory.rss / memory.limit;
  return (
    <Columns>
      <Card title="Gateway" testId="gateway-facts" aside={<Export />}>
        <Facts
          facts={[
            ['Version', data.version],
            ['Up for', roughly(data.uptimeMs)],
            ['Node', `${data.node} on ${data.platform}`],
            ['Process', String(data.pid)],
            ['State folder', <SafeText text={data.stateDir} max={MAX_TEXT} />],
            ['Log file', <SafeText text={data.logFile} max={MAX_TEXT} />],
            [
              'Sockets',
              `${wholeCount(sockets.open)} open${sockets.waitingBytes > 0 ? `, ${byteSize(sockets.waitingBytes)} on their way` : ''}`,
            ],
          ]}
        />
      </Card>
      <Card
        title="Health"
        testId="health"
        aside={
          <Button
            onClick={() => {
              refresh();
              lookAgain();
            }}
          >
            Look again
          </Button>
        }
      >
        <Facts
          facts={[
            [
              'State',
              <Status tone={health === undefined ? 'off' : health.ok ? 'good' : 'bad'}>
                {health === undefined ? 'not read yet' : health.ok ? 'well' : 'not well'}
              </Status>,
            ],
            ...(health === undefined
              ? []
              : [
                  ['Looked at', wholeMoment(health.ts)] as const,
                  ['Conversations', wholeCount(health.sessions?.count ?? 0)] as const,
                ]),
            [
              'Memory',
              <Status tone={share !== undefined && share > 0.9 ? 'bad' : 'good'}>
                {byteSize(memory.rss)}
                {memory.limit !== undefined && ` of ${byteSize(memory.limit)}`} · {byteSize(memory.heapUsed)} of it heap
              </Status>,
            ],
            [
              'Event loop',
              <Status tone={loopDelayMs > 1000 ? 'warn' : 'good'}>
                {loopDelayMs < 1 ? 'no delay' : `${Math.round(loopDelayMs)} ms late at worst`}
              </Status>,
            ],
            [
              'Database',
              <>
                {database.dialect === 'postgres' ? 'PostgreSQL' : 'SQLite'}
                {database.bytes !== undefined && `, ${byteSize(database.bytes)}`}
              </>,
            ],
            ['Waiting messages', wholeCount(data.waiting.messages)],
            ['Waiting deliveries', wholeCount(data.waiting.deliveries)],
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
          toast('Saved. There are no secrets in it, and nothing that was said.');
        },
        (problem: unknown) => toast(messageOf(problem)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <Button onClick={save} disabled={isBusy}>
      Save diagnostics
    </Button>
  );
}
