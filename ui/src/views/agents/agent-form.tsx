import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Choice, Field } from '../../kit/field';
import { Card } from '../../kit/page';
import { Failure } from '../../kit/states';
import { toast } from '../../kit/toasts';
import { type Agent, nameOf } from './agent';
import { copyFiles } from './copy-files';
import css from './agents.module.css';

interface AgentFormProps {
  /** The one that is changed; a new one without. */
  agent?: Agent;
  /** A new one begins like it, with copies of the files that shape it. */
  like?: Agent;
  onDone(): void;
  onCancel(): void;
}

/** Name, emoji, model and folder of an agent. */
export function AgentForm({ agent, like, onDone, onCancel }: AgentFormProps) {
  const { call } = useGateway();
  const { data } = useLive<{ models: { id: string; provider: string }[] }>(['models.list']);
  const [name, setName] = useState(agent ? nameOf(agent) : like ? t`${nameOf(like)} (copy)` : '');
  const [emoji, setEmoji] = useState((agent ?? like)?.identity?.emoji ?? '');
  const [model, setModel] = useState((agent ?? like)?.model?.primary ?? '');
  const [workspace, setWorkspace] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isSaving, setSaving] = useState(false);
  const usual = agent?.model?.primary ?? '';
  const names = new Set([
    ...(data?.models ?? []).map(({ id, provider }) => `${provider}/${id}`),
    ...(usual ? [usual] : []),
    ...(like?.model ? [like.model.primary] : []),
  ]);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (isSaving) return;
    setSaving(true);
    setProblem(undefined);
    const fields = {
      ...(emoji.trim() === '' ? {} : { emoji: emoji.trim() }),
      ...(workspace.trim() === '' ? {} : { workspace: workspace.trim() }),
    };
    const work = agent
      ? call('agents.update', {
          agentId: agent.id,
          name: name.trim(),
          ...fields,
          ...(model === usual ? {} : { model: model || null }),
        })
      : call<{ agentId: string }>('agents.create', {
          name: name.trim(),
          ...fields,
          ...(model === '' ? {} : { model }),
        }).then(({ agentId }) => (like ? copyFiles(call, like.id, agentId) : undefined));
    work.then(
      () => {
        toast(agent ? t`Changed.` : t`“${name.trim()}” is there now.`);
        onDone();
      },
      (failure: unknown) => {
        setSaving(false);
        setProblem(messageOf(failure));
      },
    );
  };
  return (
    <Card
      title={agent ? t`Change ${nameOf(agent)}` : like ? t`New agent like ${nameOf(like)}` : t`New agent`}
      testId="agent-form"
    >
      <form className={css['form']} onSubmit={save}>
        <Field
          label={t`Name`}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Field label={t`Emoji`} maxLength={8} value={emoji} onChange={(event) => setEmoji(event.target.value)} />
        <Choice
          label={t`Model`}
          value={model}
          options={Object.fromEntries([['', t`Default model`], ...[...names].map((each) => [each, each])])}
          onChange={setModel}
        />
        <Field
          label={t`Folder`}
          placeholder={agent?.workspace ?? t`One of its own`}
          value={workspace}
          hint={t`A whole path, or empty to leave it as it is.`}
          onChange={(event) => setWorkspace(event.target.value)}
        />
        {problem !== undefined && <Failure what={t`It was not saved.`} why={problem} />}
        <div className={css['ways']}>
          <Button type="submit" look="primary" disabled={isSaving || name.trim() === ''}>
            <Trans>Save</Trans>
          </Button>
          <Button onClick={onCancel}>
            <Trans>Cancel</Trans>
          </Button>
        </div>
      </form>
    </Card>
  );
}
