import { t } from '@lingui/core/macro';
import { type FormEvent, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { shortId } from '../../../../src/common/short-id';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Field } from '../../kit/field';
import { toast } from '../../kit/toasts';
import type { Skill } from './skill';
import css from './skills.module.css';

interface SecretKeyProps {
  skill: Skill;
  /** Environment variable that commands of the skill get. */
  name: string;
  isMissing: boolean;
  onChanged(): void;
}

const MAX_NAME = 150;

/** A key goes into the encrypted store; the configuration only refers to it. */
export function SecretKey({ skill, name, isMissing, onChanged }: SecretKeyProps) {
  const { call } = useGateway();
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    const { skillKey, primaryEnv } = skill;
    const secret = shortId(`skills.${skillKey}.${name}`.replace(/[^A-Za-z0-9_.-]+/g, '-'), MAX_NAME);
    await call('secrets.store.set', { name: secret, value: value.trim() });
    const reference = `\${secret:${secret}}`;
    await call('skills.update', {
      skillKey,
      ...(name === primaryEnv ? { apiKey: reference } : { env: { [name]: reference } }),
    });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (value.trim() === '') return setProblem(t`The key is empty.`);
    setBusy(true);
    save()
      .then(
        () => {
          setValue('');
          setProblem(undefined);
          toast(t`${name} is kept.`);
          onChanged();
        },
        (failure: unknown) => setProblem(messageOf(failure)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <form className={css['key']} onSubmit={submit}>
      <Field
        label={name}
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={value}
        placeholder={isMissing ? t`not set` : t`is set`}
        problem={problem}
        onChange={(event) => setValue(event.target.value)}
      />
      <Button type="submit" disabled={isBusy}>
        {isMissing ? t`Set it` : t`Replace it`}
      </Button>
    </form>
  );
}
