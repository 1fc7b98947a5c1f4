import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Link } from '../../kit/link';
import { Row } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { Status } from '../../kit/states';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { type Agent, nameOf } from './agent';
import { AgentForm } from './agent-form';
import { DeleteDialog } from './delete-dialog';

interface AgentRowProps {
  agent: Agent;
  isDefault: boolean;
  isShown: boolean;
  sessions: number | undefined;
  /** It is taken as the beginning of a new one. */
  onDuplicate(): void;
  hide(isHidden: boolean): void;
  onChanged(): void;
}

export function AgentRow({ agent, isDefault, isShown, sessions, onDuplicate, hide, onChanged }: AgentRowProps) {
  const { call } = useGateway();
  const [open, setOpen] = useState<'form' | 'delete'>();
  const { id, workspace, model, identity } = agent;
  const remove = (): void => {
    setOpen(undefined);
    hide(true);
    toast(t`“${nameOf(agent)}” is gone; its files stay.`, {
      undo: () => hide(false),
      done: () => {
        call('agents.delete', { agentId: id, deleteFiles: false }).then(onChanged, (problem: unknown) => {
          hide(false);
          toast(t`It was not removed: ${messageOf(problem)}`);
        });
      },
    });
  };
  return (
    <Row
      title={
        <>
          {identity?.emoji && <SafeText text={`${identity.emoji} `} max={12} />}
          <SafeText text={nameOf(agent)} max={60} />
        </>
      }
      detail={
        <>
          <SafeText text={model?.primary ?? t`no model that works`} max={80} /> ·{' '}
          {sessions !== undefined && `${plural(sessions, { one: '# conversation', other: '# conversations' })} · `}
          <SafeText text={workspace} max={120} />
        </>
      }
      below={
        open && (
          <>
            {open === 'form' && (
              <AgentForm
                agent={agent}
                onDone={() => {
                  setOpen(undefined);
                  onChanged();
                }}
                onCancel={() => setOpen(undefined)}
              />
            )}
            {open === 'delete' && (
              <DeleteDialog agent={agent} onClose={() => setOpen(undefined)} onKeepFiles={remove} onGone={onChanged} />
            )}
          </>
        )
      }
    >
      {isDefault && (
        <Status tone="good">
          <Trans>answers by default</Trans>
        </Status>
      )}
      {!isShown && (
        <Link to={addressOf('agents', { agent: id })}>
          <Trans>Files</Trans>
        </Link>
      )}
      <Button aria-expanded={open === 'form'} onClick={() => setOpen(open === 'form' ? undefined : 'form')}>
        <Trans>Change</Trans>
      </Button>
      <Button onClick={onDuplicate}>
        <Trans>Duplicate</Trans>
      </Button>
      {!isDefault && (
        <Button look="danger" onClick={() => setOpen('delete')}>
          <Trans>Remove</Trans>
        </Button>
      )}
    </Row>
  );
}
