import { useLive } from '../../gateway/use-live';
import { money, shortCount } from '../../kit/amounts';
import { Card } from '../../kit/page';
import { SafeText } from '../../text/safe-text';
import type { Grouped, UsageStatus } from './spent';
import css from './usage.module.css';

const MAX_NAME = 60;
const SHOWN = 5;

const monthName = (month: string): string =>
  new Date(`${month}-15T12:00`).toLocaleDateString([], { month: 'long', year: 'numeric' });

/** The month so far, and what it will come to. */
export function SpentSoFar({ status }: { status: UsageStatus }) {
  const { today, month, providers } = status;
  const { data } = useLive<Grouped>(
    ['sessions.usage', { groupBy: 'model', startDate: `${month.month}-01`, endDate: today }],
    { events: ['chat'], settleMs: 1000 },
  );
  const unpriced = (data?.rows ?? []).filter(({ missingCostEntries }) => missingCostEntries > 0);
  return (
    <Card title={monthName(month.month)} testId="month">
      <dl className={css['big']}>
        <div>
          <dt>So far</dt>
          <dd>{money(month.usedUsd)}</dd>
          <dd>{shortCount(month.usedTokens)} tokens</dd>
        </div>
        <div>
          <dt>By the end of the month</dt>
          <dd>{money(month.forecastUsd)}</dd>
          <dd>
            at the pace of {month.paceDays === 1 ? 'today' : `the last ${month.paceDays} days`} ·{' '}
            {shortCount(month.forecastTokens)} tokens
          </dd>
        </div>
      </dl>
      {unpriced.length > 0 && (
        <p className={css['note']} data-testid="unpriced">
          <strong>
            {unpriced.length === 1 ? 'One model has no price' : `${unpriced.length} models have no price`}
          </strong>
          , so the cost is too low:{' '}
          {unpriced.slice(0, SHOWN).map(({ key }, index) => (
            <span key={key}>
              {index > 0 && ', '}
              <SafeText text={key} max={MAX_NAME} />
            </span>
          ))}
          {unpriced.length > SHOWN && ' …'}. A price is set with the model under <code>models.providers</code>.
        </p>
      )}
      {providers.map(({ provider, windows }) => (
        <p key={provider} className={css['hint']}>
          Limits of <SafeText text={provider} max={MAX_NAME} />:{' '}
          {windows.map(({ label, usedPercent }) => `${label} ${Math.round(usedPercent)} % used`).join(', ')}
        </p>
      ))}
    </Card>
  );
}
