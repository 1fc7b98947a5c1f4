import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, useId, useMemo, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import type { MethodFacts } from '../../../../src/operations/diagnostics/system-facts';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import type { MethodCall } from '../../gateway/method-call';
import { took } from '../../kit/amounts';
import { Button } from '../../kit/button';
import { Field, TextField } from '../../kit/field';
import { Card } from '../../kit/page';
import { Failure, Status } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import { COPY_WORDS, useCopy } from '../../text/use-copy';
import { CallParams, templateOf } from './call-params';
import css from './debug.module.css';

const EXAMPLE = '{ "limit": 10 }';

interface Answer {
  method: string;
  ms: number;
  text: string;
  problem?: string;
}

const MAX_SHOWN = 200_000;
const ROWS = 6;

/** Calls any method with parameters in JSON; shows what comes back as it is. */
export function CallCard() {
  const { call } = useGateway();
  const { data } = useLive<{ methods: MethodFacts[] }>(['system.methods']);
  const [method, setMethod] = useState('health');
  const [params, setParams] = useState('{}');
  const [problem, setProblem] = useState<string>();
  const [answer, setAnswer] = useState<Answer>();
  const [isBusy, setBusy] = useState(false);
  const [copied, copy] = useCopy();
  const list = useId();
  const known = useMemo(() => new Map(data?.methods.map((each) => [each.name, each])), [data]);
  const chosen = known.get(method.trim());

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const read = readParams(params);
    if (typeof read === 'string') return setProblem(read);
    setProblem(undefined);
    setBusy(true);
    const name = method.trim();
    const start = performance.now();
    // Whether there is such a method, and whether it takes them, is for the gateway to say.
    call<unknown>(...([name, read] as unknown as MethodCall))
      .then(
        (payload) => setAnswer({ method: name, ms: performance.now() - start, text: pretty(payload) }),
        (failure: unknown) => setAnswer({ method: name, ms: performance.now() - start, ...problemOf(failure) }),
      )
      .finally(() => setBusy(false));
  };

  return (
    <Card title={t`Call a method`} testId="call">
      <form className={css['form']} onSubmit={submit}>
        <Field
          label={t`Method`}
          list={list}
          value={method}
          spellCheck={false}
          autoComplete="off"
          hint={chosen ? <SafeText text={`${chosen.summary} (${chosen.scope})`} /> : t`Begin to type, and choose one.`}
          onChange={(event) => setMethod(event.target.value)}
        />
        <datalist id={list}>
          {data?.methods.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <div className={css['json']}>
          <TextField label={t`Parameters (JSON)`} rows={ROWS} value={params} onChange={setParams} />
        </div>
        {chosen?.params && <CallParams schema={chosen.params} />}
        {problem !== undefined && <Failure what={t`It was not sent.`} why={problem} />}
        <p className={css['does']}>
          <Button look="primary" type="submit" disabled={isBusy || method.trim() === ''}>
            <Trans>Call it</Trans>
          </Button>
          <Button
            onClick={() => {
              const read = readParams(params);
              if (typeof read === 'string') return setProblem(read);
              setProblem(undefined);
              setParams(JSON.stringify(read, null, 2));
            }}
          >
            <Trans>Tidy up</Trans>
          </Button>
          {chosen?.params && (
            <Button onClick={() => setParams(templateOf(chosen.params ?? {}))}>
              <Trans>Fill in what is needed</Trans>
            </Button>
          )}
        </p>
      </form>
      {answer && (
        <section className={css['answer']} aria-label={t`Answer`} data-testid="answer">
          <p className={css['does']}>
            <Status tone={answer.problem === undefined ? 'good' : 'bad'}>
              {answer.problem === undefined ? (
                <Trans>answered in {took(answer.ms)}</Trans>
              ) : (
                <Trans>refused in {took(answer.ms)}</Trans>
              )}
            </Status>
            <Button onClick={() => copy(answer.text)}>{COPY_WORDS[copied]}</Button>
          </p>
          {answer.problem !== undefined && (
            <p>
              <SafeText text={answer.problem} />
            </p>
          )}
          <pre tabIndex={0} role="group" aria-label={t`What ${answer.method} answered`}>
            <SafeText text={answer.text} lines max={MAX_SHOWN} />
          </pre>
        </section>
      )}
    </Card>
  );
}

/** Parameters, or why they can't be read. */
function readParams(text: string): object | string {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    return t`The parameters must be an object, such as ${EXAMPLE}.`;
  } catch (error) {
    return t`The parameters are not valid JSON: ${messageOf(error)}`;
  }
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2) ?? 'null';

function problemOf(failure: unknown): { text: string; problem: string } {
  const message = messageOf(failure);
  return { text: pretty((failure as { error?: unknown }).error ?? { message }), problem: message };
}
