import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Card, Page, Rows } from '../../kit/page';
import { usePlace } from '../../kit/place';
import { Empty, Failure, Skeleton } from '../../kit/states';
import { type Agent, type Agents, nameOf } from './agent';
import { AgentForm } from './agent-form';
import { AgentRow } from './agent-row';
import { FilesCard } from './files';
import { WorkspaceCard } from './workspace';

/** Who answers, and the files that make each what it is. */
export default function AgentsView() {
  const { query } = usePlace();
  const { data, error, refresh } = useLive<Agents>(['agents.list'], { events: ['config.changed'] });
  const { data: counts } = useLive<{ sessions: { key: string }[] }>(['sessions.list', { limit: 1000 }]);
  /** An agent that the new one is like; none for an empty form. */
  const [adding, setAdding] = useState<{ like?: Agent }>();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  // One that is created anew under a name that was removed is shown.
  const gone = [...hidden].filter((id) => data && !data.agents.some((agent) => agent.id === id));
  if (gone.length > 0) setHidden(new Set([...hidden].filter((id) => !gone.includes(id))));
  const agents = (data?.agents ?? []).filter(({ id }) => !hidden.has(id));
  const shown = agents.find(({ id }) => id === (query.get('agent') ?? data?.defaultId));
  const hide = (id: string, isHidden: boolean): void =>
    setHidden((old) => new Set(isHidden ? [...old, id] : [...old].filter((each) => each !== id)));
  return (
    <Page title={t`Agents & files`} lead={t`Who answers, and the files that make each what it is.`}>
      {adding ? (
        <AgentForm
          key={adding.like?.id ?? ''}
          {...(adding.like ? { like: adding.like } : {})}
          onDone={() => {
            setAdding(undefined);
            refresh();
          }}
          onCancel={() => setAdding(undefined)}
        />
      ) : (
        <p>
          <Button look="primary" icon="plus" onClick={() => setAdding({})}>
            <Trans>New agent</Trans>
          </Button>
        </p>
      )}
      <Card title={t`Agents`}>
        {error !== undefined && !data && (
          <Failure what={t`The agents could not be read.`} why={error} onRetry={refresh} />
        )}
        {!data && error === undefined && <Skeleton lines={2} />}
        {data && agents.length === 0 && <Empty title={t`There is no agent`} />}
        <Rows testId="agents">
          {agents.map((agent) => (
            <AgentRow
              key={agent.id}
              agent={agent}
              isDefault={agent.id === data?.defaultId}
              isShown={agent.id === shown?.id}
              sessions={counts?.sessions.filter(({ key }) => key.startsWith(`agent:${agent.id}:`)).length}
              onDuplicate={() => {
                const usual = data?.agents.find(({ id }) => id === data.defaultId)?.model?.primary;
                // What it has by default, the new one has by default too.
                const { model: _, ...rest } = agent;
                setAdding({ like: agent.model?.primary === usual ? rest : agent });
                document.querySelector('h1')?.scrollIntoView();
              }}
              hide={(isHidden) => hide(agent.id, isHidden)}
              onChanged={refresh}
            />
          ))}
        </Rows>
      </Card>
      {shown && <FilesCard key={`files ${shown.id}`} agentId={shown.id} title={t`What shapes ${nameOf(shown)}`} />}
      {shown && query.get('file') === null && (
        <WorkspaceCard key={`workspace ${shown.id}`} agentId={shown.id} title={t`Files of ${nameOf(shown)}`} />
      )}
    </Page>
  );
}
