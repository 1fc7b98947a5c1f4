import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Card, Row, Rows } from '../../kit/page';
import { Empty, Failure, Skeleton } from '../../kit/states';
import { shortMoment } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { ConversationRulesCard, JobRulesCard, SkillRulesCard } from './granted-rules';
import { type AllowList, type Entry, useAllowList } from './use-allow-list';
import css from './permissions.module.css';

/** Everything that was allowed for more than once. */
export const RulesCards = () => (
  <>
    <AllowListCard />
    <ConversationRulesCard />
    <JobRulesCard />
    <SkillRulesCard />
  </>
);

/** What runs on this machine without a question: rules that "Always allow" has written, and the owner's own. */
function AllowListCard() {
  const { call } = useGateway();
  const { data, error, refresh, change } = useAllowList();
  const [problem, setProblem] = useState<string>();
  const remove = (agentId: string, index: number, known: AllowList, entry: Entry): void => {
    change({ agentId, index }, known).then(
      () => {
        setProblem(undefined);
        toast(t`The rule is gone; such commands are asked for again.`, {
          undo: () =>
            void call<AllowList>('exec.approvals.get')
              .then((now) => change({ agentId, index, entry }, now))
              .catch((failure: unknown) => setProblem(messageOf(failure))),
        });
      },
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };
  const lists = Object.entries(data?.rules ?? {}).filter(([, rules]) => rules.length > 0);
  return (
    <Card title={t`Commands on this machine`} testId="allow-list">
      {problem !== undefined && <Failure what={t`The rule was not changed.`} why={problem} onRetry={refresh} />}
      {error !== undefined && !data && <Failure what={t`The rules could not be read.`} why={error} onRetry={refresh} />}
      {!data && error === undefined && <Skeleton lines={3} />}
      {data && lists.length === 0 && (
        <Empty title={t`No command runs on this machine without approval`}>
          <p>
            <Trans>“Always allow” on a question writes a rule for exactly that command; it stands here then.</Trans>
          </p>
        </Empty>
      )}
      {data?.warnings.map((warning) => (
        <p key={warning} className={css['warning']}>
          <SafeText text={warning} max={400} />
        </p>
      ))}
      {data &&
        lists.map(([agentId, rules]) => (
          <section key={agentId} aria-label={agentId === '*' ? t`Every agent` : agentId}>
            <h3 className={css['agent']}>
              {agentId === '*' ? t`Every agent` : <SafeText text={t`Agent ${agentId}`} max={80} />}
            </h3>
            <Rows>
              {rules.map((rule, index) => {
                const entry = data.file.agents?.[agentId]?.allowlist?.[index] ?? {};
                return (
                  <Row
                    key={`${index} ${rule}`}
                    title={
                      <code className={css['command']}>
                        <SafeText text={rule} max={400} />
                      </code>
                    }
                    detail={<LastUsed entry={entry} />}
                  >
                    <Button look="danger" onClick={() => remove(agentId, index, data, entry)}>
                      <Trans>Remove</Trans>
                    </Button>
                  </Row>
                );
              })}
            </Rows>
          </section>
        ))}
      {data && (
        <p className={css['hint']}>
          <Trans>
            Kept in <SafeText text={data.path} max={200} />
          </Trans>
        </p>
      )}
    </Card>
  );
}

function LastUsed({ entry: { lastUsedAt, lastUsedCommand } }: { entry: Entry }) {
  if (typeof lastUsedAt !== 'number') return t`Written by hand`;
  return (
    <>
      <Trans>“Always allow”, {shortMoment(lastUsedAt)}</Trans>
      {typeof lastUsedCommand === 'string' && (
        <>
          {': '}
          <SafeText text={lastUsedCommand} max={120} />
        </>
      )}
    </>
  );
}
