import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Dialog } from '../../kit/dialog';
import { Field } from '../../kit/field';
import { Failure } from '../../kit/states';
import { toast } from '../../kit/toasts';
import { type Agent, nameOf } from './agent';
import css from './agents.module.css';

interface DeleteDialogProps {
  agent: Agent;
  onClose(): void;
  onKeepFiles(): void;
  onGone(): void;
}

/** Without its files an agent can be brought back; with them its name has to be typed. */
export function DeleteDialog({ agent, onClose, onKeepFiles, onGone }: DeleteDialogProps) {
  const { call } = useGateway();
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string>();
  const removeAll = (): void => {
    call<{ archived?: string }>('agents.delete', { agentId: agent.id, deleteFiles: true }).then(
      ({ archived }) => {
        onClose();
        onGone();
        toast(
          archived === undefined
            ? t`It is gone; its folder is not ours to take.`
            : t`Its files are put aside in ${archived}.`,
        );
      },
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };
  return (
    <Dialog title={t`Remove ${nameOf(agent)}`} onClose={onClose}>
      <p>
        <Trans>It answers nobody any more. Its conversations stay.</Trans>
      </p>
      <div className={css['ways']}>
        <Button look="danger" onClick={onKeepFiles}>
          <Trans>Remove the agent, keep its files</Trans>
        </Button>
      </div>
      <Field
        label={t`To put its files aside as well, write ${agent.id}`}
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {problem !== undefined && <Failure what={t`It was not removed.`} why={problem} />}
      <div className={css['ways']}>
        <Button look="danger" disabled={typed.trim() !== agent.id} onClick={removeAll}>
          <Trans>Remove with its files</Trans>
        </Button>
      </div>
    </Dialog>
  );
}
