import { t } from '@lingui/core/macro';
import { useLive } from '../../gateway/use-live';
import { SafeText } from '../../text/safe-text';
import css from './conversation.module.css';

interface Agents {
  agents: { id: string; name?: string; identity?: { name?: string; emoji?: string } }[];
}

/** Who answers in a conversation that is not of the agent that usually answers. */
export function AgentBadge({ sessionKey }: { sessionKey: string }) {
  const [kind, id] = sessionKey.split(':');
  return kind === 'agent' && id !== undefined && id !== 'main' ? <Badge id={id} /> : null;
}

function Badge({ id }: { id: string }) {
  const { data } = useLive<Agents>(['agents.list'], { events: ['config.changed'] });
  const agent = data?.agents.find((each) => each.id === id);
  if (!agent) return null;
  const { name, identity } = agent;
  return (
    <span className={css['agent']} title={t`Who answers here`}>
      <SafeText text={[identity?.emoji, identity?.name ?? name ?? id].filter(Boolean).join(' ')} max={40} />
    </span>
  );
}
