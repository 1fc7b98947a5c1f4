import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, useRef, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useChannels } from '../../gateway/channel-status';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Choice, Field, TextField } from '../../kit/field';
import { Card } from '../../kit/page';
import { Failure } from '../../kit/states';
import { type Judged, Verdict } from './verdict';
import { EXAMPLE, EMPTY, HOSTS, KINDS, READ, type Wish, callFor } from './wish';
import css from './permissions.module.css';

/** Asks the gateway's own gates about a call that nobody makes. */
export function WhatIfCard() {
  const { call } = useGateway();
  const [wish, setWish] = useState<Wish>(EMPTY);
  const [verdict, setVerdict] = useState<Judged>();
  const [problem, setProblem] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  /** Only the answer to the latest question counts. */
  const turn = useRef(0);
  const change = (part: Partial<Wish>): void => {
    turn.current++;
    setAsking(false);
    setWish((old) => ({ ...old, ...part }));
    setVerdict(undefined);
    setProblem(undefined);
  };
  const ask = (event: FormEvent): void => {
    event.preventDefault();
    const request = callFor(wish);
    setVerdict(undefined);
    if (typeof request === 'string') {
      setProblem(request);
      return;
    }
    setProblem(undefined);
    setAsking(true);
    const mine = ++turn.current;
    const answered = (then: () => void): void => {
      if (mine !== turn.current) return;
      setAsking(false);
      then();
    };
    call<Judged>(...request).then(
      (judged) => answered(() => setVerdict(judged)),
      (failure: unknown) => answered(() => setProblem(messageOf(failure))),
    );
  };
  return (
    <Card title={t`What would happen if`} testId="what-if">
      <form className={css['form']} onSubmit={ask}>
        <p className={css['hint']}>
          <Trans>The gateway’s own gates answer, as they would for the assistant. Nothing is run, sent or asked.</Trans>
        </p>
        <Choice label={t`What happens`} value={wish.kind} options={KINDS} onChange={(kind) => change({ kind })} />
        <Subject wish={wish} change={change} />
        {wish.kind !== 'person' && (
          <div className={css['pair']}>
            <Choice
              label={t`What it has read before`}
              value={wish.read}
              options={READ}
              onChange={(read) => change({ read })}
            />
            <Choice
              label={t`Who has begun it`}
              value={wish.isGuest ? 'guest' : 'owner'}
              options={{ owner: t`You`, guest: t`A guest` }}
              onChange={(who) => change({ isGuest: who === 'guest' })}
            />
          </div>
        )}
        <div>
          <Button type="submit" look="primary" disabled={isAsking}>
            <Trans>Find out</Trans>
          </Button>
        </div>
      </form>
      {problem !== undefined && <Failure what={t`That can’t be judged.`} why={problem} />}
      {verdict && <Verdict verdict={verdict} />}
    </Card>
  );
}

interface SubjectProps {
  wish: Wish;
  change(part: Partial<Wish>): void;
}

function Subject({ wish, change }: SubjectProps) {
  switch (wish.kind) {
    case 'command':
      return (
        <>
          <TextField
            label={t`Command`}
            rows={2}
            value={wish.command}
            onChange={(command) => change({ command })}
            hint={t`Such as: mkdir photos`}
          />
          <Choice label={t`Where`} value={wish.host} options={HOSTS} onChange={(host) => change({ host })} />
        </>
      );
    case 'address':
      return (
        <>
          <Field
            label={t`Address`}
            inputMode="url"
            placeholder="https://example.org/"
            value={wish.address}
            onChange={(event) => change({ address: event.target.value })}
          />
          <Choice
            label={t`Where the address is from`}
            value={wish.isNamed ? 'you' : 'model'}
            options={{ model: t`The assistant made it up`, you: t`You have written it` }}
            onChange={(who) => change({ isNamed: who === 'you' })}
          />
        </>
      );
    case 'tool':
      return <ToolSubject wish={wish} change={change} />;
    case 'person':
      return <PersonSubject wish={wish} change={change} />;
  }
}

function ToolSubject({ wish, change }: SubjectProps) {
  const { data } = useLive<{ tools: { name: string }[] }>(['tools.explain']);
  const names = (data?.tools ?? []).map(({ name }) => name).sort();
  return (
    <>
      <Choice
        label={t`Tool`}
        value={wish.tool}
        options={Object.fromEntries([['', t`Choose`], ...names.map((name) => [name, name])])}
        onChange={(tool) => change({ tool })}
      />
      <TextField
        label={t`Parameters`}
        rows={4}
        value={wish.args}
        onChange={(args) => change({ args })}
        hint={t`As the model would give them, such as ${EXAMPLE}`}
      />
    </>
  );
}

function PersonSubject({ wish, change }: SubjectProps) {
  const { data } = useChannels();
  const options = (data?.channelOrder ?? []).map((id) => [id, data?.channelLabels[id] ?? id]);
  return (
    <>
      <Choice
        label={t`Where`}
        value={wish.channel}
        options={Object.fromEntries([['', t`Choose`], ...options])}
        onChange={(channel) => change({ channel })}
      />
      <Field
        label={t`Their id`}
        hint={t`A number or name that the platform gives once, not what they call themselves.`}
        value={wish.senderId}
        onChange={(event) => change({ senderId: event.target.value })}
      />
    </>
  );
}
