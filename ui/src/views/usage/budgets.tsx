import { i18n } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { allOf, percent } from '../../words/formats';
import { type FormEvent, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { money, shortCount } from '../../kit/amounts';
import { Button } from '../../kit/button';
import { ShareBar } from '../../kit/chart/share-bar';
import { Choice, Field } from '../../kit/field';
import { Card, Row, Rows } from '../../kit/page';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import type { UsageStatus } from './spent';
import css from './usage.module.css';

interface Budget {
  name?: string;
  scope: 'run' | 'session' | 'agent' | 'sender' | 'cron' | 'heartbeat' | 'day';
  match?: string[];
  window?: 'day' | 'month' | 'total';
  tokens?: number;
  costUsd?: number;
  warnAt?: number;
}

interface ConfigAnswer {
  hash?: string;
  config: { usage?: { budgets?: Budget[] } };
}

const OF = {
  get day() {
    return t`everything`;
  },
  get run() {
    return t`each answer`;
  },
  get session() {
    return t`each conversation`;
  },
  get agent() {
    return t`each agent`;
  },
  get sender() {
    return t`each person`;
  },
  get cron() {
    return t`each scheduled job`;
  },
  get heartbeat() {
    return t`heartbeats`;
  },
} as const;
const WINDOWS = {
  get day() {
    return t`a day`;
  },
  get month() {
    return t`a month`;
  },
  get total() {
    return t`in all`;
  },
} as const;
const STATES = {
  ok: ['good', msg`within`],
  warning: ['warn', msg`nearly used up`],
  'used up': ['bad', msg`used up`],
} as const;
const MAX_NAME = 60;

/** Limits with what is used of them; a new one is set in place. */
export function Budgets({ status, onChanged }: { status: UsageStatus; onChanged(): void }) {
  const { call } = useGateway();
  const { data, error, refresh } = useLive<ConfigAnswer>(['config.get'], { events: ['config.changed'] });
  const [isAdding, setAdding] = useState(false);
  const budgets = data?.config.usage?.budgets ?? [];
  /** @param hash of the file that the budgets were read from, so that nobody else's are written over */
  const save = async (next: Budget[], hash: string | undefined): Promise<string | undefined> => {
    const written = await call<{ hash?: string }>('usage.budgets.set', {
      budgets: next,
      ...(hash === undefined ? {} : { baseHash: hash }),
    });
    refresh();
    onChanged();
    return written.hash;
  };
  const failed = (problem: unknown): void => toast(messageOf(problem));
  const remove = (index: number): void => {
    save(
      budgets.filter((_, each) => each !== index),
      data?.hash,
    ).then((hash) => toast(t`The budget was removed.`, { undo: () => void save(budgets, hash).catch(failed) }), failed);
  };
  if (!data)
    return (
      <Card title={t`Budgets`} testId="budgets">
        {error === undefined ? (
          <Skeleton lines={2} />
        ) : (
          <Failure what={t`The budgets could not be read.`} why={error} onRetry={refresh} />
        )}
      </Card>
    );
  return (
    <Card
      title={t`Budgets`}
      testId="budgets"
      aside={
        !isAdding &&
        budgets.length > 0 && (
          <Button onClick={() => setAdding(true)}>
            <Trans>New budget</Trans>
          </Button>
        )
      }
    >
      {budgets.length === 0 && !isAdding && (
        <Empty title={t`Nothing is limited`}>
          <p>
            <Trans>With a budget no model is called once it is used up.</Trans>
          </p>
          <Button look="primary" icon="plus" onClick={() => setAdding(true)}>
            <Trans>Set a budget</Trans>
          </Button>
        </Empty>
      )}
      <Rows>
        {budgets.map((budget, index) => (
          <BudgetRow
            key={index}
            budget={budget}
            used={status.budgets.find(({ path }) => path === `usage.budgets[${index}]`)}
            onRemove={() => remove(index)}
          />
        ))}
      </Rows>
      {isAdding && (
        <BudgetForm
          onSave={(budget) => save([...budgets, budget], data.hash).then(() => setAdding(false))}
          onCancel={() => setAdding(false)}
        />
      )}
    </Card>
  );
}

interface BudgetRowProps {
  budget: Budget;
  used: UsageStatus['budgets'][number] | undefined;
  onRemove(): void;
}

function BudgetRow({ budget, used, onRemove }: BudgetRowProps) {
  const { name, scope, costUsd, tokens } = budget;
  const window = WINDOWS[budget.window ?? 'day'];
  const limits = allOf([
    ...(costUsd === undefined ? [] : [money(costUsd)]),
    ...(tokens === undefined ? [] : [t`${shortCount(tokens)} tokens`]),
  ]);
  const whose = OF[scope];
  const named = scope === 'run' ? t`${limits} for ${whose}` : t`${limits} ${window} for ${whose}`;
  const share = used
    ? Math.max(costUsd ? used.usedUsd / costUsd : 0, tokens ? used.usedTokens / tokens : 0)
    : undefined;
  const [tone, word] = STATES[used?.state ?? 'ok'];
  return (
    <Row
      title={
        <>
          {name !== undefined && (
            <>
              <SafeText text={name} max={MAX_NAME} />:{' '}
            </>
          )}
          {named}
        </>
      }
      detail={
        used
          ? costUsd === undefined
            ? t`${shortCount(used.usedTokens)} tokens used · ${percent(share ?? 0)}`
            : t`${money(used.usedUsd)} used · ${percent(share ?? 0)}`
          : t`counted for each by itself`
      }
      below={share !== undefined && <ShareBar share={share} {...(tone === 'good' ? {} : { tone })} />}
    >
      {used && <Status tone={tone}>{i18n._(word)}</Status>}
      <Button onClick={onRemove} aria-label={t`Remove the budget of ${named}`}>
        <Trans>Remove</Trans>
      </Button>
    </Row>
  );
}

const KINDS = {
  get cost() {
    return t`dollars`;
  },
  get tokens() {
    return t`tokens`;
  },
} as const;

function BudgetForm({ onSave, onCancel }: { onSave(budget: Budget): Promise<void>; onCancel(): void }) {
  const [amount, setAmount] = useState('');
  const [kind, setKind] = useState<keyof typeof KINDS>('cost');
  const [scope, setScope] = useState<Budget['scope']>('day');
  const [window, setWindow] = useState<keyof typeof WINDOWS>('month');
  const [problem, setProblem] = useState<string>();
  const number = Number(amount);
  const isNumber = amount.trim() !== '' && Number.isFinite(number) && number > 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isNumber) return setProblem(t`The amount must be a number above 0.`);
    onSave({ scope, window, ...(kind === 'cost' ? { costUsd: number } : { tokens: Math.round(number) }) }).catch(
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };
  return (
    <form className={css['form']} onSubmit={submit} aria-label={t`New budget`}>
      <div className={css['bar']}>
        <Field
          label={t`At most`}
          inputMode="decimal"
          autoFocus
          value={amount}
          onChange={(event) => setAmount(event.target.value)}
        />
        <Choice label={t`Of`} value={kind} options={KINDS} onChange={(chosen) => setKind(chosen)} />
        <Choice label={t`In`} value={window} options={WINDOWS} onChange={(chosen) => setWindow(chosen)} />
        <Choice label={t`For`} value={scope} options={OF} onChange={(chosen) => setScope(chosen)} />
      </div>
      <p className={css['hint']}>
        <Trans>At 80 % it is noted in the log; at 100 % no model is called until the time is over.</Trans>
      </p>
      {problem !== undefined && <Failure what={t`It was not set.`} why={problem} />}
      <p className={css['does']}>
        <Button look="primary" type="submit">
          <Trans>Set it</Trans>
        </Button>
        <Button onClick={onCancel}>
          <Trans>Cancel</Trans>
        </Button>
      </p>
    </form>
  );
}
