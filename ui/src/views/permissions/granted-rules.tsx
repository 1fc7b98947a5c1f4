import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { shortKey } from '../../gateway/session-names';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Link } from '../../kit/link';
import { Card, Row, Rows } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { dayName, shortMoment } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';

interface Grant {
  id: string;
  sessionKey: string;
  label: string | null;
  tool: string;
  text: string;
  grantedAtMs: number | null;
  grantedBy: string | null;
}

/** What was allowed "for this conversation": it holds as long as the conversation, or until it is taken back here. */
export function ConversationRulesCard() {
  const { call } = useGateway();
  const { data, error, refresh } = useLive<{ grants: Grant[] }>(['approval.grants'], {
    events: ['exec.approval.', 'sessions.changed'],
  });
  const [problem, setProblem] = useState<string>();
  const takeBack = ({ id }: Grant): void => {
    call('approval.revoke', { id }).then(
      () => {
        setProblem(undefined);
        toast(t`Taken back; such calls are asked for again.`);
        refresh();
      },
      (failure: unknown) => {
        setProblem(messageOf(failure));
        refresh();
      },
    );
  };
  return (
    <Card title={t`Conversations`} testId="conversation-rules">
      {problem !== undefined && <Failure what={t`It was not taken back.`} why={problem} onRetry={refresh} />}
      {error !== undefined && !data && (
        <Failure what={t`The permissions could not be read.`} why={error} onRetry={refresh} />
      )}
      {!data && error === undefined && <Skeleton lines={2} />}
      {data && data.grants.length === 0 && (
        <Empty title={t`Nothing is allowed for a whole conversation`}>
          <p>
            <Trans>“For this conversation” on a question allows what it says until the conversation ends.</Trans>
          </p>
        </Empty>
      )}
      <Rows>
        {data?.grants.map((grant) => (
          <Row
            key={grant.id}
            title={<SafeText text={grant.text} max={300} />}
            detail={
              <>
                <Link to={addressOf('chats', { s: grant.sessionKey })}>
                  <SafeText text={grant.label ?? shortKey(grant.sessionKey)} max={60} />
                </Link>
                {grant.grantedAtMs !== null && ` · ${shortMoment(grant.grantedAtMs)}`}
                {grant.grantedBy !== null && (
                  <>
                    {' · '}
                    <Trans>
                      by <SafeText text={grant.grantedBy} max={60} />
                    </Trans>
                  </>
                )}
              </>
            }
          >
            <Button look="danger" onClick={() => takeBack(grant)}>
              <Trans>Take back</Trans>
            </Button>
          </Row>
        ))}
      </Rows>
    </Card>
  );
}

interface JobWithRules {
  id: string;
  name: string;
  rules?: { kind: string; text: string; holds: boolean }[];
}

/** What jobs may do unasked: what held when they were made, as long as the rule itself still stands. */
export function JobRulesCard() {
  const { data, error, refresh } = useLive<{ jobs: JobWithRules[] }>(['cron.list', { includeDisabled: true }], {
    events: ['cron', 'exec.approval.'],
  });
  const jobs = (data?.jobs ?? []).filter(({ rules = [] }) => rules.length > 0);
  return (
    <Card
      title={t`Scheduled jobs`}
      aside={
        <Link to={addressOf('jobs')}>
          <Trans>All scheduled jobs</Trans>
        </Link>
      }
      testId="job-rules"
    >
      {error !== undefined && !data && <Failure what={t`The jobs could not be read.`} why={error} onRetry={refresh} />}
      {!data && error === undefined && <Skeleton lines={2} />}
      {data && jobs.length === 0 && (
        <Empty title={t`No job has rules of its own`}>
          <p>
            <Trans>
              A scheduled job may do without asking what was always allowed when it was created, and loses that with the
              rule.
            </Trans>
          </p>
        </Empty>
      )}
      <Rows>
        {jobs.flatMap(({ id, name, rules = [] }) =>
          rules.map(({ text, holds }) => (
            <Row
              key={`${id} ${text}`}
              title={<SafeText text={name} max={80} />}
              detail={<SafeText text={text} max={300} />}
            >
              <Status tone={holds ? 'good' : 'off'}>{holds ? t`holds` : t`taken back with its rule`}</Status>
            </Row>
          )),
        )}
      </Rows>
    </Card>
  );
}

interface SkillTerms {
  name: string;
  agreement: 'shipped' | 'agreed' | 'changed' | 'none';
  agreed?: { at: string; capabilities?: Record<string, unknown> };
}

/** What skills of others got that the owner has agreed to. */
export function SkillRulesCard() {
  const { data, error, refresh } = useLive<{ skills: SkillTerms[] }>(['skills.status'], {
    events: ['skills.changed'],
  });
  const skills = (data?.skills ?? []).filter(({ agreed }) => agreed !== undefined);
  return (
    <Card title={t`Skills`} testId="skill-rules">
      {error !== undefined && !data && (
        <Failure what={t`The skills could not be read.`} why={error} onRetry={refresh} />
      )}
      {!data && error === undefined && <Skeleton lines={2} />}
      {data && skills.length === 0 && (
        <Empty title={t`No skill of others has got anything`}>
          <p>
            <Trans>
              Folders, hosts and secrets that a skill asks for are given only after you have agreed to exactly these.
            </Trans>
          </p>
        </Empty>
      )}
      <Rows>
        {skills.map(({ name, agreement, agreed }) => (
          <Row
            key={name}
            title={<SafeText text={name} max={80} />}
            detail={
              <>
                {agreed && t`agreed ${dayName(Date.parse(agreed.at))} · `}
                <SafeText text={capabilityWords(agreed?.capabilities)} max={300} />
              </>
            }
          >
            <Status tone={agreement === 'agreed' ? 'good' : 'warn'}>
              {agreement === 'agreed' ? t`holds` : t`its files have changed, so it gets nothing`}
            </Status>
          </Row>
        ))}
      </Rows>
    </Card>
  );
}

const capabilityWords = (capabilities: Record<string, unknown> = {}): string =>
  Object.entries(capabilities)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`)
    .join(' · ') || t`its text and programs, nothing else`;
