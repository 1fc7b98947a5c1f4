import { t } from '@lingui/core/macro';
import { useState } from 'react';
import type { PolicyLine } from '../../../../src/tools/judge/policy-line';
import { useLive } from '../../gateway/use-live';
import { Choice } from '../../kit/field';
import { Card, Columns, Row, Rows } from '../../kit/page';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import css from './permissions.module.css';

const KINDS = {
  free: {
    get title() {
      return t`Allowed without asking`;
    },
    tone: 'good',
  },
  asked: {
    get title() {
      return t`Needs approval`;
    },
    tone: 'warn',
  },
  never: {
    get title() {
      return t`Never allowed`;
    },
    tone: 'off',
  },
} as const;

interface Standing {
  name: string;
  allowed: boolean;
  layer?: string;
  reason?: string;
  unavailable?: string;
}

/** The policy as sentences, each with the setting that it follows from. */
export function PolicyCards() {
  const { data: agents } = useLive<{ defaultId: string; agents: { id: string; name?: string }[] }>(['agents.list'], {
    events: ['config.changed'],
  });
  const [chosen, setChosen] = useState<string>();
  const agentId = chosen ?? agents?.defaultId;
  const params = agentId === undefined ? {} : { agentId };
  const { data, error, refresh } = useLive<{ lines: PolicyLine[] }>(['tools.policy', params], {
    events: ['config.changed', 'exec.approval.'],
  });
  if (error !== undefined && !data)
    return <Failure what={t`The policy could not be read.`} why={error} onRetry={refresh} />;
  return (
    <>
      {agents && agents.agents.length > 1 && agentId !== undefined && (
        <Choice
          label={t`Of which agent`}
          value={agentId}
          options={Object.fromEntries(agents.agents.map(({ id, name }) => [id, name ?? id]))}
          onChange={setChosen}
        />
      )}
      <Columns>
        {(['free', 'asked', 'never'] as const).map((kind) => (
          <Card key={kind} title={KINDS[kind].title} testId={`policy-${kind}`}>
            {!data && <Skeleton lines={4} />}
            <Rows>
              {data?.lines
                .filter((line) => line.kind === kind)
                .map((line) => (
                  <Row
                    key={line.text}
                    mark={<Status tone={KINDS[kind].tone}>{''}</Status>}
                    title={<SafeText text={line.text} max={400} />}
                    detail={<Source line={line} />}
                  />
                ))}
            </Rows>
          </Card>
        ))}
        <ToolsCard params={params} />
      </Columns>
    </>
  );
}

function Source({ line: { setting, value, from } }: { line: PolicyLine }) {
  if (setting === undefined) return t`always so`;
  return (
    <>
      <code className={css['command']}>
        <SafeText text={setting} max={120} />
      </code>
      {value !== undefined && (
        <>
          {' = '}
          <SafeText text={value} max={60} />
        </>
      )}
      {from === 'default' ? t`, by default` : t`, set by you`}
    </>
  );
}

/** Tools that were taken away, or can't work here, with what did it. */
function ToolsCard({ params }: { params: { agentId?: string } }) {
  const { data, error, refresh } = useLive<{ tools: Standing[] }>(['tools.explain', params], {
    events: ['config.changed'],
  });
  const missing = (data?.tools ?? []).filter(({ allowed, unavailable }) => !allowed || unavailable !== undefined);
  return (
    <Card title={t`Tools it does not have`} testId="policy-tools">
      {error !== undefined && !data && <Failure what={t`The tools could not be read.`} why={error} onRetry={refresh} />}
      {!data && error === undefined && <Skeleton lines={3} />}
      {data && missing.length === 0 && <Empty title={t`It has all ${data.tools.length} tools`} />}
      <Rows>
        {missing.map(({ name, allowed, layer, reason, unavailable }) => (
          <Row
            key={name}
            title={
              <code>
                <SafeText text={name} max={80} />
              </code>
            }
            detail={
              <SafeText
                text={allowed ? (unavailable ?? '') : [reason, layer && t`by ${layer}`].filter(Boolean).join(' · ')}
                max={240}
              />
            }
          >
            <Status tone="off">{allowed ? t`does not work here` : t`taken away`}</Status>
          </Row>
        ))}
      </Rows>
    </Card>
  );
}
