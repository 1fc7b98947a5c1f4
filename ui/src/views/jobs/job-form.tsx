import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { weekdayName } from '../../words/formats';
import { type FormEvent, useState } from 'react';
import { messageOf } from '../../../../src/common/openclaw-error';
import { cutText } from '../../../../src/common/cut-text';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Choice, Field, TextField } from '../../kit/field';
import { Card } from '../../kit/page';
import { Failure } from '../../kit/states';
import { toast } from '../../kit/toasts';
import { type Schedule, inWords, weekly } from './job';
import css from './jobs.module.css';

/** Sunday first, as cron counts. */
const DAYS = [0, 1, 2, 3, 4, 5, 6];
const WORKDAYS = [1, 2, 3, 4, 5];
const UNITS = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;

type Kind = 'weekly' | 'every' | 'once' | 'expression';
const KINDS: Readonly<Record<Kind, string>> = {
  get weekly() {
    return t`On days of the week`;
  },
  get every() {
    return t`In equal steps`;
  },
  get once() {
    return t`Once`;
  },
  get expression() {
    return t`By a cron expression`;
  },
};

interface JobFormProps {
  onDone(): void;
  onCancel(): void;
}

/** A new job: what, and when. The gateway checks it, and says what is wrong with it. */
export function JobForm({ onDone, onCancel }: JobFormProps) {
  const { call } = useGateway();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [name, setName] = useState('');
  const [task, setTask] = useState('');
  const [kind, setKind] = useState<Kind>('weekly');
  const [days, setDays] = useState<readonly number[]>(WORKDAYS);
  const [time, setTime] = useState('09:00');
  const [count, setCount] = useState('1');
  const [unit, setUnit] = useState<keyof typeof UNITS>('hours');
  const [at, setAt] = useState('');
  const [expr, setExpr] = useState('0 9 * * 1-5');
  const [problem, setProblem] = useState<string>();

  const schedule = scheduleOf();
  const canAdd = task.trim() !== '' && schedule !== undefined;

  function scheduleOf(): Schedule | undefined {
    switch (kind) {
      case 'weekly':
        return time === '' ? undefined : { kind: 'cron', expr: weekly(days, time), tz: zone };
      case 'every': {
        const everyMs = Math.round(Number(count) * UNITS[unit]);
        return everyMs >= 1000 ? { kind: 'every', everyMs } : undefined;
      }
      case 'once':
        return at === '' ? undefined : { kind: 'at', at: new Date(at).toISOString() };
      case 'expression':
        return expr.trim() === '' ? undefined : { kind: 'cron', expr: expr.trim(), tz: zone };
    }
  }

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!schedule) return;
    call('cron.add', {
      name: name.trim() || cutText(task.trim(), 60),
      schedule: { ...schedule },
      sessionTarget: 'isolated',
      payload: { kind: 'agentTurn', message: task.trim() },
    }).then(
      () => {
        toast(t`Planned.`);
        onDone();
      },
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };

  return (
    <Card title={t`New job`}>
      <form className={css['form']} onSubmit={submit}>
        <TextField
          label={t`What is to be done`}
          value={task}
          onChange={setTask}
          rows={3}
          hint={t`As you would say it in a conversation.`}
        />
        <Field
          label={t`Name`}
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={80}
          hint={t`Without one it is called by what is to be done.`}
        />
        <Choice label={t`When`} value={kind} options={KINDS} onChange={setKind} />
        {kind === 'weekly' && (
          <div className={css['line']}>
            <fieldset className={css['days']}>
              <legend className="visually-hidden">
                <Trans>Days</Trans>
              </legend>
              {DAYS.map((day) => (
                <label key={day}>
                  <input
                    type="checkbox"
                    checked={days.includes(day)}
                    onChange={(event) =>
                      setDays(event.target.checked ? [...days, day] : days.filter((each) => each !== day))
                    }
                  />
                  {weekdayName(day, 'short')}
                </label>
              ))}
            </fieldset>
            <Field label={t`Time`} type="time" value={time} onChange={(event) => setTime(event.target.value)} />
          </div>
        )}
        {kind === 'every' && (
          <div className={css['line']}>
            <Field
              label={t`Every`}
              type="number"
              min={1}
              value={count}
              onChange={(event) => setCount(event.target.value)}
            />
            <Choice<keyof typeof UNITS>
              label={t`Unit`}
              value={unit}
              options={{ minutes: t`minutes`, hours: t`hours`, days: t`days` }}
              onChange={setUnit}
            />
          </div>
        )}
        {kind === 'once' && (
          <Field
            label={t`Day and time`}
            type="datetime-local"
            value={at}
            onChange={(event) => setAt(event.target.value)}
          />
        )}
        {kind === 'expression' && (
          <Field
            label={t`Expression`}
            value={expr}
            onChange={(event) => setExpr(event.target.value)}
            hint={t`Minute, hour, day, month, weekday.`}
          />
        )}
        <p className={css['told']} role="status">
          {schedule ? t`Runs ${inWords(schedule)}.` : t`It is not known yet when it runs.`}
        </p>
        {problem !== undefined && <Failure what={t`It was not planned.`} why={problem} />}
        <p className={css['buttons']}>
          <Button type="submit" look="primary" disabled={!canAdd}>
            <Trans>Plan it</Trans>
          </Button>
          <Button onClick={onCancel}>
            <Trans>Cancel</Trans>
          </Button>
        </p>
      </form>
    </Card>
  );
}
