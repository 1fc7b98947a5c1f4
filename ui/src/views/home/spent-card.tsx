import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { date } from '../../words/formats';
import { useLive } from '../../gateway/use-live';
import { costWords, money, shortCount } from '../../kit/amounts';
import { Card } from '../../kit/page';
import { Failure, Skeleton } from '../../kit/states';
import { dayName } from '../../kit/time';
import { SafeText } from '../../text/safe-text';
import css from './home.module.css';

interface Sum {
  totalTokens: number;
  totalCost: number;
  missingCostEntries: number;
}

interface Cost {
  daily: (Sum & { date: string })[];
  totals: Sum;
}

interface Budget {
  path: string;
  name: string;
  scope: string;
  subject: string;
  usedUsd: number;
  costUsd?: number;
  usedTokens: number;
  tokens?: number;
  state: 'ok' | 'warning' | 'used up';
}

const DAYS = 7;
const DAY_MS = 86_400_000;

/** What models cost today and in the days before, against the budgets. */
export function SpentCard() {
  const { data, error, refresh } = useLive<Cost>(['usage.cost', { days: DAYS }], { events: ['chat'] });
  const { data: limits } = useLive<{ budgets: Budget[] }>(['usage.status'], { events: ['chat', 'config.changed'] });
  if (!data)
    return (
      <Card title={t`Spent today`}>
        {error === undefined ? (
          <Skeleton />
        ) : (
          <Failure what={t`The costs could not be read.`} why={error} onRetry={refresh} />
        )}
      </Card>
    );
  const days = lastDays(data);
  const today = days.at(-1);
  const most = Math.max(...days.map(({ totalCost }) => totalCost), 0);
  const mostTokens = Math.max(...days.map(({ totalTokens }) => totalTokens), 0);
  const heightOf = (day: Sum): number =>
    most > 0 ? day.totalCost / most : mostTokens > 0 ? day.totalTokens / mostTokens : 0;
  return (
    <Card title={t`Spent today`}>
      <p className={css['big']}>{today ? costWords(today) : money(0)}</p>
      <p className={css['hint']}>
        <Trans>
          {shortCount(today?.totalTokens ?? 0)} tokens today · in {DAYS} days: {costWords(data.totals)}
        </Trans>
      </p>
      {limits?.budgets.filter(isOfNote).map((budget) => (
        <p key={`${budget.path} ${budget.subject}`} className={css['hint']}>
          <BudgetWords budget={budget} />
        </p>
      ))}
      <ol className={css['bars']} aria-label={t`The last ${DAYS} days`}>
        {days.map((day) => (
          <li key={day.date}>
            <span className={css['bar']} aria-hidden="true">
              <i style={{ height: `${Math.round(heightOf(day) * 100)}%` }} />
            </span>
            <span className="visually-hidden">
              <Trans>
                {dayName(day.at)}: {costWords(day)}, {shortCount(day.totalTokens)} tokens
              </Trans>
            </span>
            <span aria-hidden="true">{date(day.at, { weekday: 'short' })}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

/** One for everything, or one that stops somebody soon; how the rest stands is told in Usage. */
const isOfNote = ({ scope, state }: Budget): boolean => scope === 'day' || state !== 'ok';

function BudgetWords({ budget: { name, scope, usedUsd, costUsd, usedTokens, tokens, state } }: { budget: Budget }) {
  // The gateway calls one without a name by what it is for.
  const isNamed = name !== `${scope} budget`;
  return (
    <>
      {isNamed ? <SafeText text={name} max={60} /> : t`Budget`}
      {': '}
      {costUsd === undefined
        ? t`${shortCount(usedTokens)} of ${shortCount(tokens ?? 0)} tokens`
        : t`${money(usedUsd)} of ${money(costUsd)}`}
      {state === 'warning' && t` · nearly used up`}
      {state === 'used up' && t` · used up`}
    </>
  );
}

/** Each of the last days, also those on which nothing was spent. */
function lastDays({ daily }: Cost): (Sum & { date: string; at: number })[] {
  return Array.from({ length: DAYS }, (_, index) => {
    const at = Date.now() - (DAYS - 1 - index) * DAY_MS;
    const { year, month, day } = partsOf(new Date(at));
    const date = `${year}-${month}-${day}`;
    const sum = daily.find((each) => each.date === date);
    return { totalTokens: 0, totalCost: 0, missingCostEntries: 0, ...sum, date, at };
  });
}

const partsOf = (date: Date): { year: string; month: string; day: string } => ({
  year: String(date.getFullYear()),
  month: String(date.getMonth() + 1).padStart(2, '0'),
  day: String(date.getDate()).padStart(2, '0'),
});
