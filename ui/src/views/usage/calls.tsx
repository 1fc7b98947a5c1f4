import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useLive } from '../../gateway/use-live';
import { money, wholeCount } from '../../kit/amounts';
import { Link } from '../../kit/link';
import { addressOf } from '../../kit/place';
import { Empty, Failure, Skeleton } from '../../kit/states';
import { Table } from '../../kit/table';
import { clockTime, dayName } from '../../kit/time';
import { SafeText } from '../../text/safe-text';
import { type Range, nameOf } from './spent';

interface ModelCall {
  at: number;
  purpose: string;
  runId: string | null;
  provider: string;
  model: string;
  state: string;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  cost: number;
}

const SHOWN = 200;
const MAX_NAME = 60;

/** The latest calls one by one, each with the way to its message. */
export function Calls({ range }: { range: Range }) {
  const { data, error, refresh } = useLive<{ calls: ModelCall[] }>(
    ['sessions.usage.logs', { startDate: range.from, endDate: range.to, limit: SHOWN }],
    { events: ['chat'], settleMs: 1000 },
  );
  if (!data)
    return error === undefined ? (
      <Skeleton lines={4} />
    ) : (
      <Failure what={t`The calls could not be read.`} why={error} onRetry={refresh} />
    );
  const calls = data.calls.map((call, index) => ({ ...call, key: `${call.at} ${index}` }));
  if (calls.length === 0) return <Empty title={t`There is none in this time`} />;
  return (
    <Table
      caption={t`Single calls, newest first`}
      rows={calls}
      keyOf={({ key }) => key}
      columns={[
        { title: t`When`, cell: ({ at }) => `${dayName(at)} ${clockTime(at)}` },
        { title: t`Model`, cell: ({ provider, model }) => <SafeText text={`${provider}/${model}`} max={MAX_NAME} /> },
        { title: t`For`, cell: ({ purpose }) => nameOf('purpose', purpose) },
        {
          title: t`In`,
          isNumber: true,
          cell: ({ input, cacheRead, cacheWrite }) => wholeCount(input + cacheRead + cacheWrite),
        },
        { title: t`Out`, isNumber: true, cell: ({ output }) => wholeCount(output) },
        { title: t`Cost`, isNumber: true, cell: ({ cost }) => (cost > 0 ? money(cost) : '–') },
        {
          title: t`Message`,
          cell: ({ runId }) =>
            runId === null ? (
              ''
            ) : (
              <Link to={addressOf('trace', { id: runId })}>
                <Trans>Trace</Trans>
              </Link>
            ),
        },
      ]}
    />
  );
}
