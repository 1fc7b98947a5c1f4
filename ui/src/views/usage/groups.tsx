import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type ReactNode, useState } from 'react';
import { titleOf } from '../../gateway/session-names';
import { useLive } from '../../gateway/use-live';
import { costWords, wholeCount } from '../../kit/amounts';
import { Button } from '../../kit/button';
import { ShareBar } from '../../kit/chart/share-bar';
import { Choice } from '../../kit/field';
import { Link } from '../../kit/link';
import { Card } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { saveFile } from '../../kit/save-file';
import { Empty, Failure, Skeleton } from '../../kit/states';
import { Table } from '../../kit/table';
import { SafeText } from '../../text/safe-text';
import { Calls } from './calls';
import { GROUPS, type Group, type Grouped, type Range, type Spent, asCsv, nameOf } from './spent';
import css from './usage.module.css';

const MAX_NAME = 60;
const SHOWN = 200;
/** The same time by what it was for; bars and numbers stand side by side. */
export function Groups({ range }: { range: Range }) {
  const [group, setGroup] = useState<Group | 'calls'>('model');
  return (
    <Card title={t`What it was for`} testId="groups">
      <div className={css['bar']}>
        <Choice
          label={t`Show`}
          value={group}
          options={{ ...GROUPS, calls: t`Single calls` }}
          onChange={(chosen) => setGroup(chosen)}
        />
      </div>
      {group === 'calls' ? <Calls range={range} /> : <GroupTable key={group} group={group} range={range} />}
    </Card>
  );
}

function GroupTable({ group, range }: { group: Group; range: Range }) {
  const { data, error, refresh } = useLive<Grouped>(
    ['sessions.usage', { groupBy: group, startDate: range.from, endDate: range.to, limit: SHOWN }],
    { events: ['chat'], settleMs: 1000 },
  );
  if (!data)
    return error === undefined ? (
      <Skeleton lines={4} />
    ) : (
      <Failure what={t`It could not be read.`} why={error} onRetry={refresh} />
    );
  const byCost = data.totals.totalCost > 0;
  const rows = [...data.rows].sort((a, b) => sizeOf(b, byCost) - sizeOf(a, byCost) || b.totalTokens - a.totalTokens);
  if (rows.length === 0) return <Empty title={t`Nothing was used in this time`} />;
  const all = byCost ? data.totals.totalCost : data.totals.totalTokens;
  return (
    <>
      <Table<Spent>
        caption={GROUPS[group]}
        rows={rows}
        keyOf={({ key }) => key}
        columns={[
          { title: TITLES[group], cell: ({ key }) => <Name group={group} name={key} /> },
          {
            title: byCost ? t`Share of the cost` : t`Share of the tokens`,
            cell: (row) => <ShareBar share={all > 0 ? sizeOf(row, byCost) / all : 0} />,
          },
          { title: t`Calls`, isNumber: true, cell: ({ calls }) => wholeCount(calls) },
          {
            title: t`In`,
            isNumber: true,
            cell: ({ input, cacheRead, cacheWrite }) => wholeCount(input + cacheRead + cacheWrite),
          },
          { title: t`Out`, isNumber: true, cell: ({ output }) => wholeCount(output) },
          { title: t`Cost`, isNumber: true, cell: (row) => <Cost row={row} /> },
        ]}
      />
      <p className={css['under']}>
        <Button
          onClick={() => saveFile(`usage-${range.from}-${range.to}-${group}.csv`, 'text/csv', asCsv(group, rows))}
        >
          <Trans>Save as CSV</Trans>
        </Button>
      </p>
    </>
  );
}

const TITLES: Readonly<Record<Group, string>> = {
  get model() {
    return t`Model`;
  },
  get agent() {
    return t`Agent`;
  },
  get channel() {
    return t`Channel`;
  },
  get session() {
    return t`Conversation`;
  },
  get purpose() {
    return t`Purpose`;
  },
};

const sizeOf = ({ totalCost, totalTokens }: Spent, byCost: boolean): number => (byCost ? totalCost : totalTokens);

/** What has no price costs something nevertheless. */
const Cost = ({ row }: { row: Spent }) =>
  row.missingCostEntries === 0 ? costWords(row) : <span className={css['unpriced']}>{costWords(row)}</span>;

function Name({ group, name }: { group: Group; name: string }): ReactNode {
  if (group === 'session' && name !== '')
    return (
      <Link to={addressOf('chats', { s: name })}>
        <SafeText text={titleOf({ key: name })} max={MAX_NAME} />
      </Link>
    );
  return <SafeText text={nameOf(group, name)} max={MAX_NAME} />;
}
