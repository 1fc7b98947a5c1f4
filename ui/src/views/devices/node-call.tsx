import { t } from '@lingui/core/macro';
import { type FormEvent, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Choice, TextField } from '../../kit/field';
import { Failure } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import css from './devices.module.css';

/** A command of a node by hand, as the assistant would have it run; the gateway looks at its parameters. */
export function NodeCall({ nodeId, commands }: { nodeId: string; commands: readonly string[] }) {
  const { call } = useGateway();
  const [command, setCommand] = useState(commands[0] ?? '');
  const [params, setParams] = useState('{}');
  const [answer, setAnswer] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAnswer(undefined);
    let parsed: unknown;
    try {
      parsed = JSON.parse(params);
    } catch {
      setProblem(t`The parameters are not valid JSON.`);
      return;
    }
    setProblem(undefined);
    setAsking(true);
    call<{ payload: unknown }>('node.invoke', {
      ...{ nodeId, command, params: parsed },
      idempotencyKey: crypto.randomUUID(),
    }).then(
      ({ payload }) => {
        setAsking(false);
        setAnswer(JSON.stringify(payload, null, 2));
      },
      (failure: unknown) => {
        setAsking(false);
        setProblem(messageOf(failure));
      },
    );
  };
  const options = Object.fromEntries(commands.map((name) => [name, name]));
  return (
    <form className={css['call']} onSubmit={submit} data-testid="node-call">
      <Choice label={t`Have it do`} value={command} options={options} onChange={setCommand} />
      <TextField label={t`Parameters (JSON)`} rows={3} value={params} onChange={setParams} />
      <div>
        <Button type="submit" disabled={isAsking}>
          {isAsking ? t`Asking it …` : t`Ask it`}
        </Button>
      </div>
      {problem !== undefined && <Failure what={t`It did not do that.`} why={problem} />}
      {answer !== undefined && (
        <pre tabIndex={0} role="group" aria-label={t`What it answered`}>
          <SafeText text={answer} lines max={20_000} />
        </pre>
      )}
    </form>
  );
}
