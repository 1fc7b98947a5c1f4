import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, useEffect, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import type { FetchedSkill } from '../../../../src/skills/skill-review';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Field } from '../../kit/field';
import { Card, Facts, Row, Rows } from '../../kit/page';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { Report } from './report';
import { asksFor } from './skill';
import css from './skills.module.css';

const MAX_TEXT = 300;
/** Typing stops for so long before the registry is asked. */
const SETTLE_MS = 400;
/** Addresses, paths and what may become one are never told to a registry. */
const NAME = /^[\p{L}\p{N} _-]+$/u;

/** Fetches a skill of others, shows what was found in it, and installs exactly that. */
export function AddSkill({ onDone, onCancel }: { onDone(): void; onCancel(): void }) {
  const { call } = useGateway();
  const [typed, setTyped] = useState('');
  const [source, setSource] = useState('');
  const [skills, setSkills] = useState<readonly FetchedSkill[]>();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [settled, setSettled] = useState('');
  const query = typed.trim();
  useEffect(() => {
    const timer = setTimeout(() => setSettled(query), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [query]);
  const fetchFrom = (from: string): void => {
    setBusy(true);
    setProblem(undefined);
    setSkills(undefined);
    setSource(from);
    call<{ skills: FetchedSkill[] }>('skills.fetch', { source: from })
      .then(
        (answer) => setSkills(answer.skills),
        (failure: unknown) => setProblem(messageOf(failure)),
      )
      .finally(() => setBusy(false));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (query !== '') fetchFrom(query);
  };
  const install = ({ name, hash, report }: FetchedSkill): void => {
    setBusy(true);
    call('skills.add', { source, name, hash, ...(report.verdict === 'danger' ? { acceptRisk: true } : {}) })
      .then(
        () => {
          toast(t`${name} is installed.`);
          onDone();
        },
        (failure: unknown) => setProblem(messageOf(failure)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <Card title={t`Add a skill`} testId="add-skill">
      <form className={css['key']} onSubmit={submit}>
        <Field
          label={t`Where it is`}
          placeholder="https://github.com/somebody/skill"
          value={typed}
          autoFocus
          spellCheck={false}
          autoComplete="off"
          hint={t`A git address, an archive, npm:package, or a folder of the gateway's machine. Nothing of it is run.`}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="submit" disabled={isBusy || query === ''}>
          <Trans>Look through it</Trans>
        </Button>
        <Button look="quiet" onClick={onCancel}>
          <Trans>Cancel</Trans>
        </Button>
      </form>
      {query === settled && NAME.test(query) && <Found query={query} onTake={setTyped} />}
      {problem !== undefined && <Failure what={t`It was not installed.`} why={problem} />}
      {isBusy && !skills && <Skeleton lines={3} label={t`It is fetched and looked through`} />}
      {skills?.map((skill) => (
        <Fetched key={skill.name} skill={skill} isBusy={isBusy} onInstall={() => install(skill)} />
      ))}
    </Card>
  );
}

interface FetchedProps {
  skill: FetchedSkill;
  isBusy: boolean;
  onInstall(): void;
}

function Fetched({ skill, isBusy, onInstall }: FetchedProps) {
  const { report, capabilities, refused, publisher, secrets } = skill;
  const isDanger = report.verdict === 'danger';
  return (
    <section className={css['terms']} data-testid="fetched">
      <h3>
        <SafeText text={skill.name} max={80} />
      </h3>
      <p>
        <SafeText text={skill.description} max={MAX_TEXT} />
      </p>
      <Report report={report} />
      <Facts
        facts={[
          [t`From`, <SafeText text={skill.source} max={MAX_TEXT} />],
          [t`Signed by`, <SafeText text={publisher ?? 'nobody'} max={80} />],
          ...(capabilities
            ? asksFor(capabilities).map(([name, list]) => [name, <SafeText text={list} max={MAX_TEXT} />] as const)
            : [[t`May use`, t`its folder and the workspace, and no network`] as const]),
          ...(secrets.some((name) => !capabilities?.secrets.includes(name))
            ? [[t`Keys`, <SafeText text={secrets.join(', ')} max={MAX_TEXT} />] as const]
            : []),
        ]}
      />
      {refused !== undefined ? (
        <Failure what={t`It can't be installed.`} why={refused} />
      ) : (
        <p>
          <Button look={isDanger ? 'danger' : 'primary'} disabled={isBusy} onClick={onInstall}>
            {isDanger
              ? t`Install in spite of the dangers`
              : skill.replaces
                ? t`Replace the installed one`
                : t`Install exactly this`}
          </Button>
        </p>
      )}
    </section>
  );
}

interface FoundSkill {
  slug: string;
  name: string;
  summary: string;
  origin: 'local' | 'registry';
  /** Where it can be fetched from. */
  source?: string;
}

/** What the registry knows by that name, where one is configured. */
function Found({ query, onTake }: { query: string; onTake(source: string): void }) {
  const { data } = useLive<{ results: FoundSkill[]; note?: string }>(['skills.search', { query, limit: 8 }]);
  if (!data) return null;
  const remote = data.results.filter(({ origin }) => origin === 'registry');
  if (remote.length === 0)
    return (
      <Empty title={t`No address, and no registry knows it`}>
        <p>{data.note !== undefined && <SafeText text={data.note} max={MAX_TEXT} />}</p>
      </Empty>
    );
  return (
    <Rows>
      {remote.map(({ slug, name, summary, source }) => (
        <Row
          key={slug}
          title={<SafeText text={name} max={80} />}
          detail={<SafeText text={`${slug}: ${summary}`} max={MAX_TEXT} />}
        >
          {source === undefined ? (
            <Status tone="off">
              <Trans>without an address</Trans>
            </Status>
          ) : (
            <Button aria-label={t`Take the address of ${name}`} onClick={() => onTake(source)}>
              <Trans>Take its address</Trans>
            </Button>
          )}
        </Row>
      ))}
    </Rows>
  );
}
