import { t } from '@lingui/core/macro';
import { useEffect, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Failure, Status } from '../../kit/states';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import css from './skills.module.css';

interface Outcome {
  ok: boolean;
  message: string;
  stdout: string;
}

interface InstallOptionProps {
  skill: string;
  option: { id: string; kind: string; label: string };
  onDone(): void;
}

const MAX_LABEL = 120;
const MAX_OUTPUT = 20_000;

/** One way to get a program that a skill lacks; what the program says is shown while it works. */
export function InstallOption({ skill, option, onDone }: InstallOptionProps) {
  const { call, subscribe } = useGateway();
  const [isBusy, setBusy] = useState(false);
  const [output, setOutput] = useState('');
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    if (!isBusy) return undefined;
    return subscribe(({ event, payload }) => {
      if (event !== 'skills.install') return;
      const told = payload as { skill: string; installId: string; output: string };
      if (told.skill === skill && told.installId === option.id) setOutput(told.output);
    });
  }, [isBusy, subscribe, skill, option.id]);
  const install = (): void => {
    setBusy(true);
    setOutput('');
    setProblem(undefined);
    call<Outcome>('skills.install', { name: skill, installId: option.id, timeoutMs: 900_000 })
      .then(
        ({ stdout, message }) => {
          setOutput(stdout);
          toast(message);
          onDone();
        },
        (failure: unknown) => setProblem(messageOf(failure)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <div className={css['option']} data-testid="install">
      <p className={css['does']}>
        <Button onClick={install} disabled={isBusy}>
          <SafeText text={option.label} max={MAX_LABEL} />
        </Button>
        {isBusy && (
          <Status tone="busy">{output === '' ? t`you are asked for the exact command first` : t`it works`}</Status>
        )}
      </p>
      {output !== '' && (
        <pre tabIndex={0} role="group" aria-label={t`What the program says`}>
          <SafeText text={output} lines max={MAX_OUTPUT} />
        </pre>
      )}
      {problem !== undefined && <Failure what={t`It was not installed.`} why={problem} onRetry={install} />}
    </div>
  );
}
