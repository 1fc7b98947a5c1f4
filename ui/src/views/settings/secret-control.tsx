import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { Button } from '../../kit/button';
import { DOTS, HIDDEN } from './hidden';
import css from './settings.module.css';

const REFERENCE = '${secret:name}';

interface SecretControlProps {
  value: unknown;
  /** What it is without the change that is being made. */
  before: unknown;
  label: string;
  describedBy: string;
  onChange(value: unknown): void;
}

const isKept = (value: unknown): value is string =>
  value === HIDDEN || (typeof value === 'string' && value.startsWith('${'));

/** A stored secret is never shown; it is replaced, and stays what it was until something is typed. */
export function SecretControl({ value, before, label, describedBy, onChange }: SecretControlProps) {
  const [typed, setTyped] = useState<string>();
  const [isBack, setBack] = useState(false);
  // It was saved, discarded, or reset: nothing is being typed any more.
  if (typed !== undefined && value !== (typed === '' ? before : typed)) setTyped(undefined);

  if (typed === undefined && isKept(value))
    return (
      <div className={css['secret']}>
        <code>{value === HIDDEN ? DOTS : value}</code>
        <Button
          key="replace"
          autoFocus={isBack}
          aria-label={t`Replace ${label}`}
          aria-describedby={describedBy}
          onClick={() => {
            setTyped('');
            if (value !== before) onChange(before);
          }}
        >
          <Trans>Replace</Trans>
        </Button>
      </div>
    );
  return (
    <div className={css['secret']}>
      <input
        type="password"
        autoComplete="off"
        aria-label={label}
        aria-describedby={describedBy}
        // The one who asked for it is about to type.
        autoFocus={typed !== undefined}
        value={typed ?? (typeof value === 'string' ? value : '')}
        placeholder={isKept(before) ? t`new value, or ${REFERENCE}` : t`a value, or ${REFERENCE}`}
        onChange={(event) => {
          const { value: text } = event.target;
          setTyped(text);
          onChange(text === '' ? before : text);
        }}
      />
      {typed !== undefined && isKept(before) && (
        <Button
          key="cancel"
          aria-label={t`Cancel the new ${label}`}
          onClick={() => {
            setTyped(undefined);
            setBack(true);
            onChange(before);
          }}
        >
          <Trans>Cancel</Trans>
        </Button>
      )}
    </div>
  );
}
