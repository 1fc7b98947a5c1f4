import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { CodeField } from '../../kit/code-field';
import { Diff } from '../../kit/diff';
import { Card } from '../../kit/page';
import { Empty, Failure, Status } from '../../kit/states';
import { unsaved } from '../../kit/unsaved';
import { SafeText } from '../../text/safe-text';
import { withDots } from './hidden';
import type { FileState, Verdict } from './use-settings';
import css from './settings.module.css';

const CHECK_MS = 400;
const UNSAVED = 'settings/text';

/** What was written, and the file that it was written on. */
interface Work {
  base: FileState;
  text: string;
}

interface RawTextProps {
  file: FileState;
  onWritten(hash: string): Promise<void>;
  onReload(): void;
}

/** The file itself, in JSON5. Secrets and comments stand there as marks, which keep what is stored. */
export function RawText({ file, onWritten, onReload }: RawTextProps) {
  const { call } = useGateway();
  const [base, setBase] = useState(() => unsaved.of<Work>(UNSAVED)?.base ?? file);
  const [text, setText] = useState(() => unsaved.of<Work>(UNSAVED)?.text ?? file.raw ?? '{}\n');
  const [checked, setChecked] = useState<{ text: string; verdict: Verdict }>();
  const [problem, setProblem] = useState<{ what: string; why: string }>();
  const isChanged = text !== (base.raw ?? '{}\n');
  useEffect(() => unsaved.keep(UNSAVED, isChanged ? { base, text } : undefined), [base, text, isChanged]);
  const verdict = checked?.text === text ? checked.verdict : undefined;
  const isStale = base.hash !== file.hash;

  useEffect(() => {
    if (!isChanged) return undefined;
    let isOld = false;
    const timer = setTimeout(() => {
      call<Verdict>('config.validate', { raw: text }).then(
        (found) => {
          if (!isOld) setChecked({ text, verdict: found });
        },
        (failure: unknown) => {
          if (!isOld) setProblem({ what: t`It could not be checked.`, why: messageOf(failure) });
        },
      );
    }, CHECK_MS);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [call, text, isChanged]);

  // What was not touched follows the file.
  if (isStale && !isChanged) {
    setBase(file);
    setText(file.raw ?? '{}\n');
  }

  const save = async (): Promise<void> => {
    try {
      const { hash } = await call<{ hash: string }>('config.set', {
        raw: text,
        ...(base.hash === undefined ? {} : { baseHash: base.hash }),
      });
      setProblem(undefined);
      setBase({ ...base, raw: text, hash });
      await onWritten(hash);
    } catch (failure) {
      setProblem({ what: t`It was not saved.`, why: messageOf(failure) });
      onReload();
    }
  };

  if (file.raw === null && file.hash !== undefined)
    return (
      <Card title={t`The file`}>
        <Empty title={t`The file is not shown`}>
          <p>
            <Trans>It is not valid JSON5, so that secrets could not be taken out of it. Mend it where it is:</Trans>
          </p>
          <code>
            <SafeText text={file.path} />
          </code>
        </Empty>
      </Card>
    );
  const issues = verdict?.issues ?? [];
  return (
    <Card title={t`The file`}>
      <div className={css['raw']}>
        <code className={css['file']}>
          <SafeText text={file.path} />
        </code>
        {isStale && isChanged && (
          <Failure
            what={t`Somebody else has saved the settings meanwhile.`}
            why={t`Your text is still here. You can look at theirs, or save yours over it.`}
          >
            <Button
              onClick={() => {
                setBase(file);
                setText(file.raw ?? '{}\n');
              }}
            >
              <Trans>Take theirs</Trans>
            </Button>
            <Button onClick={() => setBase({ ...file, raw: base.raw })}>
              <Trans>Keep mine</Trans>
            </Button>
          </Failure>
        )}
        {problem !== undefined && !isStale && <Failure {...problem} />}
        <CodeField
          label={t`Settings as text`}
          value={text}
          onChange={(next) => {
            setText(next);
            setProblem(undefined);
          }}
          faults={issues.flatMap(({ line, path, message }) =>
            line === undefined ? [] : [{ line, text: path === '' ? message : `${path}: ${message}` }],
          )}
        />
        <p role="status" className={css['meta']}>
          {!isChanged && (
            <Status tone="off">
              <Trans>as it is in the file</Trans>
            </Status>
          )}
          {isChanged && !verdict && (
            <Status tone="busy">
              <Trans>Checking…</Trans>
            </Status>
          )}
          {isChanged && verdict && issues.length === 0 && (
            <Status tone="good">
              <Trans>Valid</Trans>
            </Status>
          )}
          {issues.length > 0 && (
            <Status tone="bad">
              <Trans>Not valid</Trans>
            </Status>
          )}
        </p>
        {issues.length > 0 && (
          <ul className={css['issues']}>
            {issues.map(({ line, path, message }) => (
              <li key={`${path} ${message}`}>
                {line !== undefined && (
                  <strong>
                    <Trans>Line {line}.</Trans>{' '}
                  </strong>
                )}
                {path !== '' && (
                  <code>
                    <SafeText text={path} />
                  </code>
                )}{' '}
                <SafeText text={message} />
              </li>
            ))}
          </ul>
        )}
        {isChanged && verdict?.valid && <Diff text={withDots(verdict.diff)} label={t`Changes of the file`} />}
        <p className={css['buttons']}>
          <Button
            look="primary"
            disabled={!isChanged || !verdict?.valid || (isStale && isChanged)}
            onClick={() => void save()}
          >
            <Trans>Save</Trans>
          </Button>
          <Button disabled={!isChanged} onClick={() => setText(base.raw ?? '{}\n')}>
            <Trans>Discard</Trans>
          </Button>
        </p>
      </div>
    </Card>
  );
}
