import { type FormEvent, useState } from 'react';
import { messageOf } from '../../../../src/common/openclaw-error';
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
  day: 'everything',
  run: 'each answer',
  session: 'each conversation',
  agent: 'each agent',
  sender: 'each person',
  cron: 'each scheduled job',
  heartbeat: 'heartbeats',
} as const;
const WINDOWS = { day: 'a day', month: 'a month', total: 'in all' } as const;
const STATES = { ok: ['good', 'within'], warning: ['warn', 'nearly used up'], 'used up': ['bad', 'used up'] } as const;
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
    ).then((hash) => toast('The budget was removed.', { undo: () => void save(budgets, hash).catch(failed) }), failed);
  };
  if (!data)
    return (
      <Card title="Budgets" testId="budgets">
        {error === undefined ? (
          <Skeleton lines={2} />
        ) : (
          <Failure what="The budgets could not be read." why={error} onRetry={refresh} />
        )}
      </Card>
    );
  return (
    <Card
      title="Budgets"
      testId="budgets"
      aside={!isAdding && budgets.length > 0 && <Button onClick={() => setAdding(true)}>New budget</Button>}
    >
      {budgets.length === 0 && !isAdding && (
        <Empty title="Nothing is limited">
          <p>With a budget no model is called once it is used up.</p>
          <Button look="primary" icon="plus" onClick={() => setAdding(true)}>
            Set a budget
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
  const window = scope === 'run' ? '' : ` ${WINDOWS[budget.window ?? 'day']}`;
  const limits = [
    ...(costUsd === undefined ? [] : [money(costUsd)]),
    ...(tokens === undefined ? [] : [`${shortCount(tokens)} tokens`]),
  ].join(' and ');
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
          {limits}
          {window} for {OF[scope]}
        </>
      }
      detail={
        used
          ? `${costUsd === undefined ? `${shortCount(used.usedTokens)} tokens` : money(used.usedUsd)} used · ${Math.round((share ?? 0) * 100)} %`
          : 'counted for each by itself'
      }
      below={share !== undefined && <ShareBar share={share} {...(tone === 'good' ? {} : { tone })} />}
    >
      {used && <Status tone={tone}>{word}</Status>}
      <Button onClick={onRemove} aria-label={`Remove the budget of ${limits}${window} for ${OF[scope]}`}>
        Remove
      </Button>
    </Row>
  );
}

const KINDS = { cost: 'dollars', tokens: 'tokens' } as const;

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
    if (!isNumber) return setProblem('The amount must be a number above 0.');
    onSave({ scope, window, ...(kind === 'cost' ? { costUsd: number } : { tokens: Math.round(number) }) }).catch(
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };
  return (
    <form className={css['form']} onSubmit={submit} aria-label="New budget">
      <div className={css['bar']}>
        <Field
          label="At most"
          inputMode="decimal"
          autoFocus
          value={amount}
          onChange={(event) => setAmount(event.target.value)}
        />
        <Choice label="Of" value={kind} options={KINDS} onChange={(chosen) => setKind(chosen)} />
        <Choice label="In" value={window} options={WINDOWS} onChange={(chosen) => setWindow(chosen)} />
        <Choice label="For" value={scope} options={OF} onChange={(chosen) => setScope(chosen)} />
      </div>
      <p className={css['hint']}>At 80 % it is noted in the log; at 100 % no model is called until the time is over.</p>
      {problem !== undefined && <Failure what="It was not set." why={problem} />}
      <p className={css['does']}>
        <Button look="primary" type="submit">
          Set it
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </p>
    </form>
  );
}
