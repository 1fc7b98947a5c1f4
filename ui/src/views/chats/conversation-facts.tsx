import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type ReactNode, useEffect } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { type Live, useLive } from '../../gateway/use-live';
import { costWords, shortCount } from '../../kit/amounts';
import { Button } from '../../kit/button';
import { Dialog } from '../../kit/dialog';
import { Choice } from '../../kit/field';
import { Failure } from '../../kit/states';
import { Switch } from '../../kit/switch';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { Earlier } from './earlier-versions';
import { exportConversation } from './export-conversation';
import { type DescribedSession, type SpentOnSession, THINKING, contextOf } from './session-facts';
import css from './facts.module.css';

const MAX_NAME = 40;
const AS_CONFIGURED = '';

interface LineProps {
  sessionKey: string;
  session: DescribedSession | undefined;
}

/** Model, how full its window is, and what the conversation has cost, in a line. */
export function FactsLine({ sessionKey, session }: LineProps) {
  const context = contextOf(session);
  return (
    <span className={css['line']}>
      <SafeText text={session?.resolved?.model ?? t`Details`} max={MAX_NAME} />
      {session?.thinkingLevel !== undefined && (
        <span>
          {' '}
          <Trans>· thinks</Trans>
        </span>
      )}
      {context && <span title={t`How full the window is`}> · {context.percent} %</span>}
      {context && <CostSoFar sessionKey={sessionKey} />}
    </span>
  );
}

/** Nothing where no model had a price: that would read as if it had been free. */
function CostSoFar({ sessionKey }: { sessionKey: string }) {
  const { data } = useSpent(sessionKey);
  if (!data || data.totals.totalCost === 0) return null;
  return <span title={t`Cost so far`}> · {costWords(data.totals)}</span>;
}

const useSpent = (sessionKey: string): Live<SpentOnSession> =>
  useLive<SpentOnSession>(['sessions.usage', { key: sessionKey, groupBy: 'session', limit: 1 }], { events: ['chat'] });

interface FactsProps extends LineProps {
  title: string;
  versionOf: string | undefined;
  onPlan(isOn: boolean): void;
  onPrint(): void;
  onChanged(): void;
  onClose(): void;
  /** What else can be done with it. */
  children?: ReactNode;
}

interface Model {
  id: string;
  name: string;
  provider: string;
  reasoning: boolean;
}

/** Who answers in the conversation, what it has cost, and what it was before. */
export function ConversationFacts({
  sessionKey,
  title,
  session,
  versionOf,
  onPlan,
  onPrint,
  onChanged,
  onClose,
  children,
}: FactsProps) {
  const { call } = useGateway();
  const { data: known, error, refresh } = useLive<{ models: Model[] }>(['models.list'], { events: ['config.changed'] });
  const { data: usage } = useSpent(sessionKey);
  useEffect(onChanged, [onChanged]);

  const patch = (change: { model?: string | null; thinkingLevel?: string | null }, said: string): void => {
    call('sessions.patch', { key: sessionKey, ...change }).then(
      () => {
        onChanged();
        toast(said);
      },
      (problem: unknown) => toast(t`It was not changed. ${messageOf(problem)}`),
    );
  };
  const resolved = session?.resolved;
  const models = known?.models ?? [];
  const names: Record<string, string> = { [AS_CONFIGURED]: t`As configured` };
  for (const { id, name, provider } of models) names[`${provider}/${id}`] = `${name || id} (${provider})`;
  const current = resolved?.isChosen ? `${resolved.modelProvider}/${resolved.model}` : AS_CONFIGURED;
  if (names[current] === undefined) names[current] = t`${current} (not available now)`;
  const context = contextOf(session);

  return (
    <Dialog title={t`This conversation`} onClose={onClose}>
      <div className={css['facts']} data-testid="conversation-facts">
        {error !== undefined && <Failure what={t`The models could not be read.`} why={error} onRetry={refresh} />}
        <Choice
          label={t`Answers come from`}
          value={current}
          options={names}
          onChange={(model) =>
            patch(
              { model: model === AS_CONFIGURED ? null : model },
              model === AS_CONFIGURED
                ? t`From the next message on the configured model answers.`
                : t`From the next message on ${names[model] ?? model} answers.`,
            )
          }
        />
        {resolved && !resolved.isChosen && (
          <p className={css['hint']}>
            <Trans>
              That is <SafeText text={`${resolved.modelProvider}/${resolved.model}`} max={80} />.
            </Trans>
          </p>
        )}
        <Choice
          label={t`Thinks before it answers`}
          value={levelOf(session?.thinkingLevel)}
          options={THINKING}
          onChange={(level) =>
            patch({ thinkingLevel: level }, t`From the next message on it thinks: ${THINKING[level]}.`)
          }
        />
        {resolved?.reasoning === false && (
          <p className={css['hint']}>
            <Trans>The model that answers now does not say that it can think; it may ignore this.</Trans>
          </p>
        )}
        <p className={css['plan']}>
          <span>
            <strong>
              <Trans>Plans first</Trans>
            </strong>{' '}
            <Trans>Nothing is changed before you have approved a plan.</Trans>
          </span>
          <Switch label={t`Plans first`} isOn={session?.planMode === true} onChange={onPlan} />
        </p>
        <dl>
          <dt>
            <Trans>In its window</Trans>
          </dt>
          <dd>
            {context ? (
              <>
                <progress max={100} value={context.percent} aria-label={t`How full the window is`} />{' '}
                <Trans>
                  {shortCount(context.used)} of {shortCount(context.window)} tokens ({context.percent} %)
                </Trans>
              </>
            ) : (
              t`Nothing yet`
            )}
          </dd>
          <dt>
            <Trans>Cost so far</Trans>
          </dt>
          <dd>{usage ? t`${costWords(usage.totals)} for ${shortCount(usage.totals.totalTokens)} tokens` : '…'}</dd>
        </dl>
        {children}
        <Earlier sessionKey={sessionKey} versionOf={versionOf} onClose={onClose} />
        <h3>
          <Trans>Export</Trans>
        </h3>
        <div className={css['buttons']}>
          {(['md', 'html', 'jsonl'] as const).map((format) => (
            <Button
              key={format}
              disabled={session === undefined}
              onClick={() => {
                exportConversation(call, sessionKey, title, format).catch((problem: unknown) =>
                  toast(t`It was not exported. ${messageOf(problem)}`),
                );
              }}
            >
              {{ md: t`Markdown`, html: t`Web page`, jsonl: t`JSON lines` }[format]}
            </Button>
          ))}
          <Button
            disabled={session === undefined}
            onClick={() => {
              onClose();
              onPrint();
            }}
          >
            <Trans>Print</Trans>
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

const levelOf = (level: string | undefined): keyof typeof THINKING =>
  level !== undefined && Object.hasOwn(THINKING, level) ? (level as keyof typeof THINKING) : 'off';
