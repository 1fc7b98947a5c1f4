import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { Button } from './button';
import css from './rename.module.css';

interface RenameProps {
  /** Of the field. */
  label: string;
  name: string;
  max: number;
  onRename(name: string): void;
  onCancel(): void;
}

/** A field for another name; Esc leaves it as it was. */
export function Rename({ label, name, max, onRename, onCancel }: RenameProps) {
  const [typed, setTyped] = useState(name);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const next = typed.trim();
    if (next === '' || next === name) onCancel();
    else onRename(next);
  };
  return (
    <form className={css['rename']} onSubmit={submit}>
      <input
        aria-label={label}
        value={typed}
        maxLength={max}
        autoFocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onCancel();
        }}
      />
      <Button type="submit">{t`Save`}</Button>
      <Button look="quiet" onClick={onCancel}>
        <Trans>Cancel</Trans>
      </Button>
    </form>
  );
}
