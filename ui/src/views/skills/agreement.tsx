import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import type { SkillScan } from '../../../../src/skills/skill-review';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Facts } from '../../kit/page';
import { Failure } from '../../kit/states';
import { clockTime, dayName } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { Report } from './report';
import { type Capabilities, type Skill, asksFor } from './skill';
import css from './skills.module.css';

interface Terms {
  hash: string;
  capabilities: Partial<Capabilities>;
  /** Environment variables that it gets. */
  secrets: readonly string[];
  report: SkillScan;
}

const MAX_TEXT = 300;
const NOTHING: Capabilities = { programs: [], network: [], paths: [], secrets: [] };

/** What a skill asks for, whether somebody has agreed to it, and the way to agree or to take it back. */
export function Agreement({ skill, onChanged }: { skill: Skill; onChanged(): void }) {
  const { call } = useGateway();
  const [terms, setTerms] = useState<Terms>();
  const [problem, setProblem] = useState<string>();
  const { agreement, agreed, capabilities } = skill;
  const isInstalled = skill.source === 'openclaw-managed';
  if (agreement === 'shipped' && capabilities === undefined) return null;
  const attempt = (work: Promise<unknown>, done: string): void => {
    work.then(
      () => {
        setTerms(undefined);
        setProblem(undefined);
        toast(done);
        onChanged();
      },
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };
  const look = (): void => {
    call<Terms>('skills.agree', { name: skill.name }).then(setTerms, (failure: unknown) =>
      setProblem(messageOf(failure)),
    );
  };
  const at = agreed && Date.parse(agreed.at);
  return (
    <section data-testid="agreement">
      <h3>
        <Trans>What it may use</Trans>
      </h3>
      <p className={css['told']}>
        {agreement === 'shipped' && t`It was shipped with the gateway, and gets what it declares.`}
        {agreement === 'agreed' && at !== undefined && t`You agreed to this ${dayName(at)} at ${clockTime(at)}.`}
        {agreement === 'changed' && t`It has changed since you agreed: until you agree again it gets nothing.`}
        {agreement === 'none' && t`You have not agreed to it: it gets nothing beyond its folder and the workspace.`}
      </p>
      <Asks capabilities={capabilities ?? NOTHING} />
      {agreement === 'changed' && agreed?.capabilities && (
        <>
          <p className={css['told']}>
            <Trans>What you agreed to then:</Trans>
          </p>
          <Asks capabilities={agreed.capabilities} />
        </>
      )}
      {problem !== undefined && <Failure what={t`It was not done.`} why={problem} />}
      {terms && (
        <div className={css['terms']}>
          <Report report={terms.report} />
          <Facts facts={[[t`Keys`, <SafeText text={terms.secrets.join(', ') || t`none`} max={MAX_TEXT} />]]} />
          <p className={css['does']}>
            <Button
              look={terms.report.verdict === 'danger' ? 'danger' : 'primary'}
              onClick={() =>
                attempt(
                  call('skills.agree', {
                    name: skill.name,
                    hash: terms.hash,
                    ...(terms.report.verdict === 'danger' ? { acceptRisk: true } : {}),
                  }),
                  t`${skill.name} may use it.`,
                )
              }
            >
              {terms.report.verdict === 'danger' ? t`Agree in spite of the dangers` : t`Agree to exactly this`}
            </Button>
            <Button onClick={() => setTerms(undefined)}>
              <Trans>Not now</Trans>
            </Button>
          </p>
        </div>
      )}
      {!terms && (agreement === 'none' || agreement === 'changed') && (
        <p>
          <Button onClick={look}>
            <Trans>Look through it and agree</Trans>
          </Button>
        </p>
      )}
      {agreement !== 'shipped' && agreement !== 'none' && !isInstalled && (
        <p>
          <Button onClick={() => attempt(call('skills.revoke', { name: skill.name }), t`It gets nothing any more.`)}>
            <Trans>Take it back</Trans>
          </Button>
        </p>
      )}
    </section>
  );
}

const Asks = ({ capabilities }: { capabilities: Capabilities }) => (
  <Facts facts={asksFor(capabilities).map(([name, list]) => [name, <SafeText text={list} max={MAX_TEXT} />])} />
);
