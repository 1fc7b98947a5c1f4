import { t } from '@lingui/core/macro';
import { Plural, Trans } from '@lingui/react/macro';
import { date } from '../../words/formats';
import { useLive } from '../../gateway/use-live';
import { money, shortCount } from '../../kit/amounts';
import { Card } from '../../kit/page';
import { SafeText } from '../../text/safe-text';
import type { Grouped, UsageStatus } from './spent';
import css from './usage.module.css';

const MAX_NAME = 60;
const SHOWN = 5;

const monthName = (month: string): string => date(new Date(`${month}-15T12:00`), { month: 'long', year: 'numeric' });

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
          <dt>
            <Trans>So far</Trans>
          </dt>
          <dd>{money(month.usedUsd)}</dd>
          <dd>
            <Trans>{shortCount(month.usedTokens)} tokens</Trans>
          </dd>
        </div>
        <div>
          <dt>
            <Trans>By the end of the month</Trans>
          </dt>
          <dd>{money(month.forecastUsd)}</dd>
          <dd>
            <Trans>
              <Plural value={month.paceDays} one="at the pace of today" other="at the pace of the last # days" /> ·{' '}
              {shortCount(month.forecastTokens)} tokens
            </Trans>
          </dd>
        </div>
      </dl>
      {unpriced.length > 0 && (
        <p className={css['note']} data-testid="unpriced">
          <Trans>
            <Plural
              value={unpriced.length}
              one={<strong>One model has no price</strong>}
              other={<strong># models have no price</strong>}
            />
            , so the cost is too low:
          </Trans>{' '}
          {unpriced.slice(0, SHOWN).map(({ key }, index) => (
            <span key={key}>
              {index > 0 && ', '}
              <SafeText text={key} max={MAX_NAME} />
            </span>
          ))}
          {unpriced.length > SHOWN && ' …'}
          <Trans>
            . A price is set with the model under <code>models.providers</code>.
          </Trans>
        </p>
      )}
      {providers.map(({ provider, windows }) => (
        <p key={provider} className={css['hint']}>
          <Trans>
            Limits of <SafeText text={provider} max={MAX_NAME} />:
          </Trans>{' '}
          {windows.map(({ label, usedPercent }) => t`${label} ${Math.round(usedPercent)} % used`).join(', ')}
        </p>
      ))}
    </Card>
  );
}
