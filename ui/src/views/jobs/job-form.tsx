import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { cutText } from '../../../../src/common/cut-text';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Choice, Field, TextField } from '../../kit/field';
import { Card } from '../../kit/page';
import { Failure } from '../../kit/states';
import { toast } from '../../kit/toasts';
import { weekdayName } from '../../words/formats';
import { type Job, inWords } from './job';
import { NextTimes } from './next-times';
import { type Kind, type Plan, type Unit, emptyPlan, planOf, scheduleOf } from './plan';
import { usePreview } from './use-preview';
import css from './jobs.module.css';

/** Sunday first, as cron counts. */
const DAYS = [0, 1, 2, 3, 4, 5, 6];

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
  get words() {
    return t`In words`;
  },
  get expression() {
    return t`By a cron expression`;
  },
};

interface JobFormProps {
  /** What the form begins with. */
  job?: Job;
  /** Whether `job` itself is changed; else a new one is made like it. */
  isChange?: boolean;
  onDone(): void;
  onCancel(): void;
}

/** A job: what, and when, with its next times. The gateway checks it, and says what is wrong with it. */
export function JobForm({ job, isChange = false, onDone, onCancel }: JobFormProps) {
  const { call } = useGateway();
  const [plan, setPlan] = useState(() => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const begun = job ? planOf(job, timeZone) : emptyPlan(timeZone);
    return job && !isChange ? { ...begun, name: t`${begun.name} (copy)` } : begun;
  });
  const [problem, setProblem] = useState<string>();
  const change = (part: Partial<Plan>): void => setPlan((old) => ({ ...old, ...part }));
  const { name, task, kind, days, time, count, unit, at, words, expr, zone } = plan;

  const said = scheduleOf(plan);
  const preview = usePreview(kind === 'words' ? { words: words.trim(), tz: zone } : { schedule: said });
  const schedule = kind === 'words' ? preview.data?.schedule : said;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!schedule) return;
    const payload =
      job?.payload.kind === 'systemEvent'
        ? { ...job.payload, text: task.trim() }
        : { ...job?.payload, kind: 'agentTurn', message: task.trim() };
    const fields = { name: name.trim() || cutText(task.trim(), 60), schedule: { ...schedule }, payload };
    const { sessionTarget = 'isolated' as const, agentId, delivery } = job ?? {};
    const work =
      job && isChange
        ? call('cron.update', { id: job.id, patch: fields })
        : call('cron.add', {
            ...fields,
            sessionTarget,
            ...(agentId === undefined ? {} : { agentId }),
            ...(delivery === undefined ? {} : { delivery: { ...delivery } }),
          });
    work.then(
      () => {
        toast(isChange ? t`Changed.` : t`Planned.`);
        onDone();
      },
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };

  return (
    <Card title={job && isChange ? t`Change “${job.name}”` : t`New job`} testId="job-form">
      <form className={css['form']} onSubmit={submit}>
        <TextField
          label={t`What is to be done`}
          value={task}
          onChange={(text) => change({ task: text })}
          rows={3}
          hint={t`As you would say it in a conversation.`}
        />
        <Field
          label={t`Name`}
          value={name}
          onChange={(event) => change({ name: event.target.value })}
          maxLength={80}
          hint={t`Without one it is called by what is to be done.`}
        />
        <Choice label={t`When`} value={kind} options={KINDS} onChange={(chosen) => change({ kind: chosen })} />
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
                      change({ days: event.target.checked ? [...days, day] : days.filter((each) => each !== day) })
                    }
                  />
                  {weekdayName(day, 'short')}
                </label>
              ))}
            </fieldset>
            <Field
              label={t`Time`}
              type="time"
              value={time}
              onChange={(event) => change({ time: event.target.value })}
            />
          </div>
        )}
        {kind === 'every' && (
          <div className={css['line']}>
            <Field
              label={t`Every`}
              type="number"
              min={0}
              step="any"
              value={count}
              onChange={(event) => change({ count: event.target.value })}
            />
            <Choice<Unit>
              label={t`Unit`}
              value={unit}
              options={{ minutes: t`minutes`, hours: t`hours`, days: t`days` }}
              onChange={(chosen) => change({ unit: chosen })}
            />
          </div>
        )}
        {kind === 'once' && (
          <Field
            label={t`Day and time`}
            type="datetime-local"
            value={at}
            onChange={(event) => change({ at: event.target.value })}
          />
        )}
        {kind === 'words' && (
          <Field
            label={t`The time in words`}
            value={words}
            onChange={(event) => change({ words: event.target.value })}
            hint={t`In English, such as: every weekday at 9, or: tomorrow at noon.`}
          />
        )}
        {kind === 'expression' && (
          <Field
            label={t`Expression`}
            value={expr}
            onChange={(event) => change({ expr: event.target.value })}
            hint={t`Minute, hour, day, month, weekday.`}
          />
        )}
        <div className={css['told']} role="status">
          {schedule ? t`Runs ${inWords(schedule)}.` : t`It is not known yet when it runs.`}
          <NextTimes preview={preview} />
        </div>
        {problem !== undefined && (
          <Failure what={isChange ? t`It was not changed.` : t`It was not planned.`} why={problem} />
        )}
        <p className={css['buttons']}>
          <Button type="submit" look="primary" disabled={task.trim() === '' || schedule === undefined}>
            {isChange ? t`Save` : t`Plan it`}
          </Button>
          <Button onClick={onCancel}>
            <Trans>Cancel</Trans>
          </Button>
        </p>
      </form>
    </Card>
  );
}
