import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { visibleText } from '../../../../src/common/visible-text';
import { messageOf } from '../../gateway/problem';
import { CallError } from '../../../../packages/client/client';
import { type Gateway, useGateway } from '../../gateway/use-gateway';
import { byteSize } from '../../kit/amounts';
import { Button } from '../../kit/button';
import { TextField } from '../../kit/field';
import { Link } from '../../kit/link';
import { Card } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { toast } from '../../kit/toasts';
import { unsaved } from '../../kit/unsaved';
import { SafeText } from '../../text/safe-text';
import { type AgentFile, ORIGINS, TRUSTED, shapes, unsavedName } from './agent';
import { Diff } from './diff';
import css from './agents.module.css';

interface EditorProps {
  agentId: string;
  name: string;
  onSaved(): void;
}

/** What was written, and the file that it was written on. */
interface Draft {
  base: AgentFile;
  text: string;
}

/** One file: what changes is shown before it is saved, and what somebody else has changed before it is lost. */
export function Editor({ agentId, name: path, onSaved }: EditorProps) {
  const { call } = useGateway();
  // As it can be read: an address may name anything.
  const name = visibleText(path);
  const draftName = unsavedName(agentId, path);
  const [file, setFile] = useState<AgentFile>();
  const [text, setText] = useState('');
  const [isSaving, setSaving] = useState(false);
  const [isReviewing, setReviewing] = useState(false);
  /** What stands there now, where that is not what was read. */
  const [theirs, setTheirs] = useState<AgentFile>();
  const [problem, setProblem] = useState<string>();
  const [reads, setReads] = useState(0);

  useEffect(() => {
    let stale = false;
    read(call, agentId, path).then(
      ({ file: read }) => {
        if (stale) return;
        const draft = unsaved.of<Draft>(draftName);
        setFile(draft?.base ?? read);
        setText(draft?.text ?? read.content ?? '');
        setProblem(undefined);
      },
      (error: unknown) => {
        if (!stale) setProblem(messageOf(error));
      },
    );
    return () => {
      stale = true;
    };
  }, [call, agentId, path, reads, draftName]);

  useEffect(() => {
    if (file) unsaved.keep(draftName, text === (file.content ?? '') ? undefined : { base: file, text });
  }, [draftName, file, text]);

  const folder = shapes(path) ? '' : path.split('/').slice(0, -1).join('/');
  const back = (
    <Link to={addressOf('agents', { agent: agentId, ...(folder === '' ? {} : { folder }) })}>
      <Trans>All files</Trans>
    </Link>
  );
  if (!file)
    return (
      <Card title={name} aside={back}>
        {problem === undefined ? (
          <Skeleton lines={6} />
        ) : (
          <Failure what={t`The file could not be read.`} why={problem} onRetry={() => setReads(reads + 1)} />
        )}
      </Card>
    );

  if (file.isText === false)
    return (
      <Card title={name} aside={back} testId="editor">
        <Empty title={t`This file is not shown`}>
          <p>
            <Trans>
              It is no text, or a very long one ({byteSize(file.size ?? 0)}). Ask the assistant to hand it over.
            </Trans>
          </p>
        </Empty>
      </Card>
    );

  const before = file.content ?? '';
  const isChanged = text !== before;
  const save = async (base: AgentFile): Promise<void> => {
    setSaving(true);
    try {
      const content = { agentId, content: text, baseHash: base.hash ?? null };
      const written = await (shapes(path)
        ? call<{ file: AgentFile }>('agents.files.set', { ...content, name: path })
        : call<{ file: AgentFile }>('agents.workspace.set', { ...content, path }));
      setFile({ ...written.file, origin: 'workspace' });
      setTheirs(undefined);
      setReviewing(false);
      setProblem(undefined);
      onSaved();
      toast(t`${name} is saved.`);
    } catch (error) {
      const isTheirs = error instanceof CallError && error.error.details?.['code'] === 'FILE_CHANGED';
      const now = isTheirs ? await read(call, agentId, path).catch(() => undefined) : undefined;
      if (now) {
        setTheirs(now.file);
        setProblem(undefined);
      } else setProblem(messageOf(error));
    } finally {
      setSaving(false);
    }
  };

  return (
    <Card title={name} aside={back} testId="editor">
      <div className={css['editor']}>
        <p className={css['hint']}>
          {file.missing ? (
            t`Not there yet; saving makes it.`
          ) : (
            <Status tone={TRUSTED.has(file.origin ?? '') ? 'good' : 'warn'}>
              {ORIGINS[file.origin ?? ''] ?? t`not known whose`}
              {!TRUSTED.has(file.origin ?? '') && t`; what you save is yours from then on`}
            </Status>
          )}
        </p>
        {theirs ? (
          <section aria-label={t`Changed meanwhile`} className={css['conflict']} data-testid="conflict">
            <h3>
              <Trans>Somebody else has changed it meanwhile</Trans>
            </h3>
            <p className={css['hint']}>
              <Trans>From what stands there now to what you wrote:</Trans>
            </p>
            <Diff name={name} from={theirs.content ?? ''} to={text} />
            <div className={css['ways']}>
              <Button look="primary" disabled={isSaving} onClick={() => void save(theirs)}>
                <Trans>Save mine over it</Trans>
              </Button>
              <Button
                onClick={() => {
                  setFile(theirs);
                  setText(theirs.content ?? '');
                  setTheirs(undefined);
                  setReviewing(false);
                }}
              >
                <Trans>Take theirs</Trans>
              </Button>
            </div>
          </section>
        ) : isReviewing ? (
          <>
            <Diff name={name} from={before} to={text} />
            <div className={css['ways']}>
              <Button look="primary" disabled={isSaving} onClick={() => void save(file)}>
                <Trans>Save</Trans>
              </Button>
              <Button onClick={() => setReviewing(false)}>
                <Trans>Keep editing</Trans>
              </Button>
            </div>
          </>
        ) : (
          <>
            <TextField label={t`Text of ${name}`} rows={18} value={text} onChange={setText} />
            <div className={css['ways']}>
              <Button look="primary" disabled={!isChanged} onClick={() => setReviewing(true)}>
                <Trans>Look over and save</Trans>
              </Button>
              {isChanged && (
                <Button
                  onClick={() => {
                    unsaved.keep(draftName, undefined);
                    setText(before);
                    setReads(reads + 1);
                  }}
                >
                  <Trans>Undo all</Trans>
                </Button>
              )}
            </div>
          </>
        )}
        {problem !== undefined && <Failure what={t`It was not saved.`} why={problem} />}
        {!file.missing && isUnseen(before) && (
          <p className={css['hint']}>
            <Trans>
              Spelt out: <SafeText text={before} lines max={2000} />
            </Trans>
          </p>
        )}
      </div>
    </Card>
  );
}

/** Files that shape an agent have a method of their own, which makes those that are missing. */
const read = (call: Gateway['call'], agentId: string, name: string): Promise<{ file: AgentFile }> =>
  shapes(name) ? call('agents.files.get', { agentId, name }) : call('agents.workspace.get', { agentId, path: name });

/** Whether a text holds what a field does not show. */
const isUnseen = (text: string): boolean => /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(text);
