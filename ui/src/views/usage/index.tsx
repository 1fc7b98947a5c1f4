import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useMemo, useState } from 'react';
import { useLive } from '../../gateway/use-live';
import { costWords, money, shortCount, wholeCount } from '../../kit/amounts';
import { Button } from '../../kit/button';
import { DayChart } from '../../kit/chart/day-chart';
import { Choice, Field } from '../../kit/field';
import { Card, Page } from '../../kit/page';
import { saveFile } from '../../kit/save-file';
import { Empty, Failure, Skeleton } from '../../kit/states';
import { Table } from '../../kit/table';
import { dayName } from '../../kit/time';
import { Budgets } from './budgets';
import { Groups } from './groups';
import { SpentSoFar } from './spent-so-far';
import {
  type Grouped,
  RANGES,
  type Range,
  type RangeName,
  type Spent,
  type UsageStatus,
  asCsv,
  daysOf,
  momentOf,
  rangeOf,
} from './spent';
import css from './usage.module.css';

const MOST_DAYS = 400;
const MEASURES = {
  get cost() {
    return t`Cost`;
  },
  get tokens() {
    return t`Tokens`;
  },
} as const;
type Measure = keyof typeof MEASURES;

/** What models used and cost: against the budgets, by day, and by whatever it was for. */
export default function UsageView() {
  const { data, error, refresh } = useLive<UsageStatus>(['usage.status'], { events: ['chat', 'config.changed'] });
  if (!data)
    return (
      <Page title={t`Usage & cost`}>
        <Card title={t`Spent`}>
          {error === undefined ? (
            <Skeleton lines={6} />
          ) : (
            <Failure what={t`The costs could not be read.`} why={error} onRetry={refresh} />
          )}
        </Card>
      </Page>
    );
  return <Usage status={data} onChanged={refresh} />;
}

function Usage({ status, onChanged }: { status: UsageStatus; onChanged(): void }) {
  const [name, setName] = useState<RangeName>('month');
  const [own, setOwn] = useState<Range>(() => rangeOf('month', status.today));
  const range = name === 'own' ? own : rangeOf(name, status.today);
  const isRange = range.from !== '' && range.to !== '' && range.from <= range.to;
  const choose = (next: RangeName): void => {
    if (next === 'own') setOwn(range);
    setName(next);
  };
  return (
    <Page title={t`Usage & cost`} lead={t`What models used, and what it cost.`}>
      <div className={css['columns']}>
        <SpentSoFar status={status} />
        <Budgets status={status} onChanged={onChanged} />
      </div>
      <div className={css['bar']}>
        <Choice label={t`Time`} value={name} options={RANGES} onChange={choose} />
        {name === 'own' && (
          <>
            <Field
              label={t`From`}
              type="date"
              value={own.from}
              max={status.today}
              onChange={(event) => setOwn({ ...own, from: event.target.value })}
            />
            <Field
              label={t`To`}
              type="date"
              value={own.to}
              problem={isRange ? undefined : t`Not before the first day`}
              onChange={(event) => setOwn({ ...own, to: event.target.value })}
            />
          </>
        )}
      </div>
      {isRange && (
        <>
          <ByDay
            range={range}
            onChoose={(day) => {
              setOwn({ from: day, to: day });
              setName('own');
            }}
          />
          <Groups range={range} />
        </>
      )}
    </Page>
  );
}

function ByDay({ range, onChoose }: { range: Range; onChoose(day: string): void }) {
  const { data, error, refresh } = useLive<Grouped>(
    ['sessions.usage', { groupBy: 'day', startDate: range.from, endDate: range.to, limit: MOST_DAYS }],
    { events: ['chat'], settleMs: 1000 },
  );
  const [measure, setMeasure] = useState<Measure>();
  const { from, to } = range;
  const shown = measure ?? ((data?.totals.totalCost ?? 0) > 0 ? 'cost' : 'tokens');
  const format = shown === 'cost' ? money : shortCount;
  const days = useMemo(() => daysOf({ from, to }), [from, to]);
  const values = useMemo(() => {
    const byDay = new Map(data?.rows.map((row) => [row.key, row]));
    return days.map((day) => {
      const spent = byDay.get(day);
      return { at: momentOf(day), value: (shown === 'cost' ? spent?.totalCost : spent?.totalTokens) ?? 0 };
    });
  }, [data, days, shown]);
  const rows = [...(data?.rows ?? [])].sort((a, b) => (a.key < b.key ? 1 : -1));
  return (
    <Card title={t`By day`} testId="by-day">
      {data && rows.length > 0 && (
        <p className={css['does']}>
          {(Object.keys(MEASURES) as Measure[]).map((each) => (
            <Button key={each} aria-pressed={shown === each} onClick={() => setMeasure(each)}>
              {MEASURES[each]}
            </Button>
          ))}
          <Button
            disabled={rows.length === 0}
            onClick={() => saveFile(`usage-${from}-${to}-day.csv`, 'text/csv', asCsv('day', rows))}
          >
            <Trans>Save as CSV</Trans>
          </Button>
        </p>
      )}
      {error !== undefined && !data && <Failure what={t`The days could not be read.`} why={error} onRetry={refresh} />}
      {!data && error === undefined && <Skeleton lines={5} />}
      {data && rows.length === 0 && (
        <Empty title={t`Nothing was used in this time`}>
          <p>
            <Trans>Each call of a model is counted here, with its tokens and what it cost.</Trans>
          </p>
        </Empty>
      )}
      {rows.length > 0 && (
        <div className={css['beside']}>
          <DayChart
            label={t`${MEASURES[shown]} of each day`}
            values={values}
            format={format}
            onChoose={(index) => {
              const day = days[index];
              if (day !== undefined) onChoose(day);
            }}
          />
          <div className={css['scroll']}>
            <Table<Spent>
              caption={t`Each day`}
              rows={rows}
              keyOf={({ key }) => key}
              columns={[
                { title: t`Day`, cell: ({ key }) => dayName(momentOf(key)) },
                { title: t`Tokens`, isNumber: true, cell: ({ totalTokens }) => wholeCount(totalTokens) },
                { title: t`Cost`, isNumber: true, cell: costWords },
              ]}
            />
          </div>
        </div>
      )}
    </Card>
  );
}
