import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useMemo } from 'react';
import { SearchField } from '../../kit/field';
import { Link } from '../../kit/link';
import { addressOf, goTo, usePlace } from '../../kit/place';
import { Empty } from '../../kit/states';
import { FieldRow } from './field-row';
import { type Group, type Hints, type Schema, closeness, groupsOf, inLanguageAll, matches, titleOf } from './fields';
import { GroupCard, isAt } from './group';
import { type Origins, isObject, originOf, valueAt } from './paths';
import type { Settings } from './use-settings';
import css from './settings.module.css';

/** More hits than one reads. */
const MOST_FOUND = 60;
/** What is wanted first, by section. */
const FIRST = ['models', 'agents', 'channels', 'tools', 'gateway', 'messages', 'session', 'approvals', 'usage'];

interface FormProps {
  settings: Settings;
  schema: Schema;
  hints: Hints;
}

/** All settings by section, or those that a search finds. */
export function Form({ settings, schema, hints: said }: FormProps) {
  const { query } = usePlace();
  const section = query.get('s') ?? (query.get('path') ?? '').split(/[.[]/)[0] ?? '';
  const search = query.get('q') ?? query.get('path') ?? '';
  const showIdle = query.get('all') === '1';
  const { values, edits, origins } = settings;

  const hints = useMemo(() => inLanguageAll(said), [said]);
  const sections = useMemo(() => {
    const names = Object.keys(schema.properties ?? {}).filter((name) => !['$schema', 'meta', 'wizard'].includes(name));
    const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
    return names.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  }, [schema]);
  const isShown = (name: string): boolean => showIdle || hints[name]?.idle !== true || values[name] !== undefined;
  const current = schema.properties?.[section] ? section : (sections[0] ?? '');

  const groups = useMemo(() => {
    const wanted = search.trim() === '' ? [current] : sections;
    return wanted
      .flatMap((name) => groupsOf(name, schema.properties?.[name] ?? {}, hints, values[name]))
      .map((group) => ({
        ...group,
        fields: group.fields.filter(
          ({ hint, path, at }) =>
            showIdle || hint.idle !== true || edits.has(at) || valueAt(values, path) !== undefined,
        ),
      }))
      .filter(({ fields, holds }) => fields.length > 0 || holds !== undefined);
  }, [schema, hints, values, edits, sections, current, search, showIdle]);
  const origin = useMemo(() => new Map((origins.data?.origins ?? []).map((row) => [row.path, row])), [origins.data]);

  const go = (change: Record<string, string>): void => {
    const next = { s: current, q: search, all: showIdle ? '1' : '', ...change };
    goTo(addressOf('settings', Object.fromEntries(Object.entries(next).filter(([, value]) => value !== ''))), {
      replace: true,
    });
  };

  return (
    <>
      <div className={css['tools']}>
        <SearchField label={t`Search settings`} value={search} onChange={(q) => go({ q })} />
        <label className={css['tick']}>
          <input
            type="checkbox"
            checked={showIdle}
            onChange={(event) => go({ all: event.target.checked ? '1' : '' })}
          />
          <Trans>Show settings that have no effect here</Trans>
        </label>
      </div>
      {search.trim() === '' ? (
        <div className={css['columns']}>
          <nav className={css['sections']} aria-label={t`Sections of the settings`}>
            <select aria-label={t`Section`} value={current} onChange={(event) => go({ s: event.target.value })}>
              {sections.filter(isShown).map((name) => (
                <option key={name} value={name}>
                  {titleOf(name)}
                </option>
              ))}
            </select>
            <ul>
              {sections.filter(isShown).map((name) => (
                <li key={name}>
                  <Link
                    to={addressOf('settings', { s: name, ...(showIdle ? { all: '1' } : {}) })}
                    aria-current={name === current ? 'page' : undefined}
                  >
                    {titleOf(name)}
                    {[...edits.keys()].some((at) => isAt(at, name)) && (
                      <span className={css['badge']}>
                        <Trans>changed</Trans>
                      </span>
                    )}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <div className={css['groups']} key={current}>
            {groups.map((group, index) => (
              <GroupCard
                key={group.at + String(group.holds)}
                group={group}
                settings={settings}
                origins={origin}
                isOpen={index === 0 || groups.length <= 3 || isUsed(group, values)}
              />
            ))}
          </div>
        </div>
      ) : (
        <Found
          groups={groups}
          words={search.toLowerCase().split(/\s+/).filter(Boolean)}
          settings={settings}
          origin={origin}
        />
      )}
    </>
  );
}

/** Whether the file says anything in a group itself, so that it is opened. */
const isUsed = ({ fields, holds, isEntry, isInEntry }: Group, values: unknown): boolean =>
  !isEntry &&
  !isInEntry &&
  holds === undefined &&
  fields.some(({ path }) => valueAt(values, path) !== undefined && !isObject(valueAt(values, path)));

interface FoundProps {
  groups: readonly Group[];
  words: readonly string[];
  settings: Settings;
  origin: Origins;
}

function Found({ groups, words, settings, origin }: FoundProps) {
  const found = groups
    .flatMap(({ title, fields }) => fields.flatMap((field) => (matches(field, words) ? [{ title, field }] : [])))
    .sort((a, b) => closeness(a.field, words) - closeness(b.field, words));
  return (
    <section className={css['found']} aria-label={t`Found settings`}>
      <p role="status" className={css['help']}>
        {plural(found.length, { one: '# setting', other: '# settings' })}
        {found.length > MOST_FOUND && t`; the first ${MOST_FOUND} are shown`}
      </p>
      {found.length === 0 && (
        <Empty title={t`No matching setting`}>
          <p>
            <Trans>Try another word, such as “token”, “port” or “telegram”.</Trans>
          </p>
        </Empty>
      )}
      <ul>
        {found.slice(0, MOST_FOUND).map(({ title, field }) => (
          <FieldRow
            key={field.at}
            field={field}
            within={title}
            stored={settings.stored}
            values={settings.values}
            edits={settings.edits}
            origin={originOf(origin, field.path)}
            issues={(settings.verdict?.issues ?? []).filter((issue) => isAt(issue.path, field.at))}
            onChange={(value) => settings.change(field.path, value)}
          />
        ))}
      </ul>
    </section>
  );
}
