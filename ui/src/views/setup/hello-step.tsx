import { i18n } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { useGateway } from '../../gateway/use-gateway';
import { useOffline } from '../../gateway/use-offline';
import { Button } from '../../kit/button';
import { TextField } from '../../kit/field';
import { Card } from '../../kit/page';
import { addressOf, goTo } from '../../kit/place';
import { Failure, Status } from '../../kit/states';
import { Markdown } from '../../text/markdown';
import { PhoneCard } from './phone-card';
import type { StepProps } from './steps';
import { useTrial } from '../../kit/use-trial';
import css from './setup.module.css';

const EXAMPLES = [
  msg`Hello! What can you do for me?`,
  msg`Write a shopping list into a file.`,
  msg`Remind me tomorrow at 9 to water the plants.`,
] as const;
const MOST_MS = 60_000;
/** Connected for so long without a model, the gateway is not restarting any more. */
const MOST_STARTING_MS = 20_000;

interface Answer {
  text: string;
  ms: number;
}

/** The first message, with its answer; then the phone. */
export function HelloStep({ plan, change, onDone }: StepProps & { onDone(): void }) {
  const { call, connection } = useGateway();
  const isOffline = useOffline();
  const [words, setWords] = useState(() => i18n._(EXAMPLES[0]));
  const { trial, run } = useTrial<Answer>();
  const isConnected = connection.kind === 'connected';
  const isWaiting = isConnected && plan.provider !== '' && isOffline !== false;
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setTimeout(() => setLate(true), MOST_STARTING_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [isWaiting]);
  const isStarting = !isConnected || isOffline === undefined || (isWaiting && !isLate);
  const say = (): void => run(words, () => ask(call, words));
  return (
    <>
      <Card title={t`Say hello`} testId="setup-step">
        <form
          className={css['form']}
          onSubmit={(event) => {
            event.preventDefault();
            say();
          }}
        >
          <div role="status">
            {isStarting ? (
              <Status tone="busy">
                <Trans>The gateway restarts with what was written …</Trans>
              </Status>
            ) : (
              <Status tone={isOffline ? 'warn' : 'good'}>
                {isOffline ? t`No model is connected; the offline assistant answers` : t`Everything is in place`}
              </Status>
            )}
          </div>
          {!isStarting && isWaiting && (
            <div className={css['ways']}>
              <Button onClick={() => change({ step: 'model' })}>
                <Trans>Choose a model</Trans>
              </Button>
            </div>
          )}
          <div className={css['examples']}>
            {EXAMPLES.map((each) => i18n._(each)).map((example) => (
              <Button key={example} onClick={() => setWords(example)}>
                {example}
              </Button>
            ))}
          </div>
          <TextField label={t`Your first message`} rows={2} value={words} onChange={setWords} />
          <div className={css['ways']}>
            <Button
              type="submit"
              look="primary"
              disabled={isStarting || trial.kind === 'trying' || words.trim() === ''}
            >
              <Trans>Say it</Trans>
            </Button>
            <Button
              onClick={() => {
                onDone();
                goTo(addressOf('chats'));
              }}
            >
              <Trans>Go to the conversation</Trans>
            </Button>
          </div>
          <div role="status" className={css['answer']} data-testid="first-answer">
            {trial.kind === 'trying' && (
              <Status tone="busy">
                <Trans>It thinks …</Trans>
              </Status>
            )}
            {trial.kind === 'works' && (
              <>
                <Markdown text={trial.facts.text} />
                <p className={css['hint']}>
                  <Trans>Answered in {(trial.facts.ms / 1000).toFixed(1)} s</Trans>
                </p>
              </>
            )}
          </div>
          {trial.kind === 'fails' && <Failure what={t`There is no answer.`} why={trial.why} onRetry={say} />}
        </form>
      </Card>
      <PhoneCard plan={plan} />
    </>
  );
}

interface History {
  messages: { role: string; content: string | { type: string; text?: string }[] }[];
}

async function ask(call: ReturnType<typeof useGateway>['call'], message: string): Promise<Answer> {
  const since = performance.now();
  const runId = crypto.randomUUID();
  await call('chat.send', { sessionKey: 'main', message, idempotencyKey: runId });
  const end = await call<{ status: string; error?: string }>('agent.wait', { runId, timeoutMs: MOST_MS });
  if (end.status !== 'ok') throw new Error(end.error ?? t`it had no answer within ${MOST_MS / 1000} seconds`);
  const { messages } = await call<History>('chat.history', { sessionKey: 'main', limit: 4 });
  const last = messages.filter(({ role }) => role === 'assistant').at(-1)?.content ?? '';
  const text = typeof last === 'string' ? last : last.map((part) => part.text ?? '').join('');
  return { text, ms: performance.now() - since };
}
