import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { Button } from '../../kit/button';
import { SafeText } from '../../text/safe-text';
import type { Group } from './fields';
import { FieldRow } from './field-row';
import { type Origins, type Path, originOf, valueAt } from './paths';
import type { Settings } from './use-settings';
import css from './settings.module.css';

interface GroupProps {
  group: Group;
  settings: Settings;
  origins: Origins;
  isOpen: boolean;
}

/** Settings that stand together; drawn when they are opened. */
export function GroupCard({ group, settings, origins, isOpen }: GroupProps) {
  const [open, setOpen] = useState(isOpen);
  const { at, title, help, fields, holds, isEntry, path } = group;
  const changed = fields.filter((field) => settings.edits.has(field.at)).length;
  return (
    <details
      className={css['group']}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid="group"
      data-path={at}
    >
      <summary>
        <h2>
          <SafeText text={title} max={90} />
        </h2>
        {changed > 0 && (
          <span className={css['badge']}>
            <Trans>{changed} changed</Trans>
          </span>
        )}
        <span className={css['count']}>{fields.length > 0 && fields.length}</span>
      </summary>
      {open && (
        <>
          {help !== '' && <p className={css['help']}>{help}</p>}
          <ul>
            {fields.map((field) => (
              <FieldRow
                key={field.at}
                field={field}
                stored={settings.stored}
                values={settings.values}
                edits={settings.edits}
                origin={originOf(origins, field.path)}
                issues={(settings.verdict?.issues ?? []).filter((issue) => isAt(issue.path, field.at))}
                onChange={(value) => settings.change(field.path, value)}
              />
            ))}
          </ul>
          {holds !== undefined && <Add path={path} holds={holds} settings={settings} />}
          {isEntry && (
            <p className={css['entry']}>
              <Button look="danger" onClick={() => settings.change(path, undefined)}>
                <Trans>Remove {title.split(' › ').at(-1)}</Trans>
              </Button>
            </p>
          )}
        </>
      )}
    </details>
  );
}

export const isAt = (path: string, at: string): boolean =>
  path === at || path.startsWith(`${at}.`) || path.startsWith(`${at}[`);

function Add({ path, holds, settings }: { path: Path; holds: 'names' | 'list'; settings: Settings }) {
  const [name, setName] = useState('');
  const present = valueAt(settings.values, path);
  if (holds === 'list')
    return (
      <p className={css['entry']}>
        <Button icon="plus" onClick={() => settings.change([...path, Array.isArray(present) ? present.length : 0], {})}>
          <Trans>Add an entry</Trans>
        </Button>
      </p>
    );
  return (
    <form
      className={css['entry']}
      onSubmit={(event) => {
        event.preventDefault();
        settings.change([...path, name.trim()], {});
        setName('');
      }}
    >
      <input
        type="text"
        aria-label={t`Name of the new entry`}
        placeholder={t`name`}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" icon="plus" disabled={name.trim() === ''}>
        <Trans>Add</Trans>
      </Button>
    </form>
  );
}
