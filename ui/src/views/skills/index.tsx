import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useDeferredValue, useMemo, useState } from 'react';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Choice, SearchField } from '../../kit/field';
import { Card, Page, Row, Rows } from '../../kit/page';
import { Empty, Failure, Skeleton } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import { AddSkill } from './add-skill';
import { FILTERS, type Filter, type Skill, type SkillsAnswer, groupOf, groupsInOrder, stateOf } from './skill';
import { SkillRow } from './skill-row';
import css from './skills.module.css';

const FIRST_SHOWN = 40;
/** One of the same name elsewhere is another one. */
const idOf = ({ source, name }: Skill): string => `${source} ${name}`;

/** What the assistant has instructions for, and what each of them needs. */
export default function SkillsView() {
  const { data, error, refresh } = useLive<SkillsAnswer>(['skills.status'], {
    events: ['skills.changed', 'config.changed'],
  });
  const [typed, setTyped] = useState('');
  const [filter, setFilter] = useState<Filter>('all');
  const [isAdding, setAdding] = useState(false);
  const search = useDeferredValue(typed.trim().toLowerCase());
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const hide = (id: string, isHidden: boolean): void =>
    setHidden((old) => new Set(isHidden ? [...old, id] : [...old].filter((each) => each !== id)));
  // One that is installed again after it was removed is shown.
  const gone = [...hidden].filter((id) => data && !data.skills.some((skill) => idOf(skill) === id));
  if (gone.length > 0) setHidden(new Set([...hidden].filter((id) => !gone.includes(id))));
  const skills = useMemo(() => (data?.skills ?? []).filter((skill) => !hidden.has(idOf(skill))), [data, hidden]);
  const groups = useMemo(() => groupsOf(skills, search, filter), [skills, search, filter]);
  const ready = skills.filter(({ eligible }) => eligible).length;

  return (
    <Page
      title={t`Skills`}
      lead={data ? t`${ready} of ${skills.length} can be used here.` : t`What the assistant has instructions for.`}
    >
      {isAdding ? (
        <AddSkill
          onDone={() => {
            setAdding(false);
            refresh();
          }}
          onCancel={() => setAdding(false)}
        />
      ) : (
        <p>
          <Button look="primary" icon="plus" onClick={() => setAdding(true)}>
            <Trans>Add a skill</Trans>
          </Button>
        </p>
      )}
      <div className={css['bar']}>
        <SearchField label={t`Search skills`} value={typed} onChange={setTyped} />
        <Choice label={t`Show`} value={filter} options={FILTERS} onChange={(chosen) => setFilter(chosen)} />
      </div>
      {error !== undefined && !data && (
        <Failure what={t`The skills could not be read.`} why={error} onRetry={refresh} />
      )}
      {!data && error === undefined && <Skeleton lines={8} />}
      {data && groups.length === 0 && (
        <Empty title={t`There is none of these`}>
          <Button
            onClick={() => {
              setTyped('');
              setFilter('all');
            }}
          >
            <Trans>Show all</Trans>
          </Button>
        </Empty>
      )}
      {data !== undefined && data.broken.length > 0 && search === '' && filter === 'all' && (
        <Card title={t`Can't be read`}>
          <Rows>
            {data.broken.map(({ name, filePath, line, reason }) => (
              <Row
                key={filePath}
                title={<SafeText text={name} max={80} />}
                detail={<SafeText text={t`${filePath} line ${line}: ${reason}`} max={300} />}
              />
            ))}
          </Rows>
        </Card>
      )}
      {groups.map(([name, skills]) => (
        <Group key={name} name={name} skills={skills} onChanged={refresh} hide={hide} />
      ))}
    </Page>
  );
}

interface GroupProps {
  name: string;
  skills: readonly Skill[];
  onChanged(): void;
  hide(id: string, isHidden: boolean): void;
}

function Group({ name, skills, onChanged, hide }: GroupProps) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? skills : skills.slice(0, FIRST_SHOWN);
  return (
    <Card title={`${name} (${skills.length})`}>
      <Rows testId="skills">
        {shown.map((skill) => (
          <SkillRow
            key={skill.name}
            skill={skill}
            onChanged={onChanged}
            hide={(isHidden) => hide(idOf(skill), isHidden)}
          />
        ))}
      </Rows>
      {shown.length < skills.length && (
        <p className={css['more']}>
          <Button onClick={() => setWhole(true)}>
            <Trans>Show all {skills.length}</Trans>
          </Button>
        </p>
      )}
    </Card>
  );
}

/** Those that are looked for, what waits for somebody first. */
function groupsOf(skills: readonly Skill[], search: string, filter: Filter): [string, Skill[]][] {
  const groups = new Map<string, Skill[]>();
  for (const skill of skills) {
    const state = stateOf(skill);
    if (filter !== 'all' && state.filter !== filter) continue;
    if (search !== '' && !`${skill.name} ${skill.description}`.toLowerCase().includes(search)) continue;
    const group = state.filter === 'ask' ? t`Wait for your agreement` : groupOf(skill);
    const list = groups.get(group);
    if (list) list.push(skill);
    else groups.set(group, [skill]);
  }
  const order = [t`Wait for your agreement`, ...groupsInOrder()];
  return [...groups].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
}
