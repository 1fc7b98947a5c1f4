import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useId } from 'react';
import { Button } from '../../kit/button';
import { addressOf } from '../../kit/place';
import { Link } from '../../kit/link';
import { SafeText } from '../../text/safe-text';
import { Control } from './control';
import type { Field } from './fields';
import { HIDDEN } from './hidden';
import { type Edits, type Origin, type Values, valueAt, withEdits } from './paths';
import type { Issue } from './use-settings';
import css from './settings.module.css';

interface FieldRowProps {
  field: Field;
  /** Where it stands, in words; said where it stands among others. */
  within?: string;
  /** What the file says, and would say with the changes. */
  stored: Values;
  values: unknown;
  edits: Edits;
  /** Where the value comes from, as the gateway says it, and what it is; undefined where nothing says anything. */
  origin: Origin | undefined;
  issues: readonly Issue[];
  onChange(value: unknown): void;
}

/** One setting: what it is called and means, what it is, where that comes from, and what a change takes. */
export function FieldRow({ field, within, stored, values, edits, origin, issues, onChange }: FieldRowProps) {
  const id = useId();
  const { at, name, path, schema, hint } = field;
  const own = valueAt(values, path);
  const isChanged = edits.has(at);
  const before = isChanged
    ? valueAt(withEdits(stored, new Map([...edits].filter(([each]) => each !== at))), path)
    : own;
  const isElsewhere = own === undefined && origin !== undefined && origin.origin !== 'file' && !isChanged;
  const standard = isElsewhere && origin.value !== HIDDEN ? origin.value : schema.default;
  return (
    <li className={css['field']} data-changed={isChanged} data-testid="setting" data-path={at}>
      <div className={css['about']}>
        <p className={css['name']}>
          <span>
            {within !== undefined && (
              <span className={css['within']}>
                <SafeText text={within} max={90} /> ›{' '}
              </span>
            )}
            {name}
          </span>
          {isChanged && (
            <span className={css['badge']}>
              <Trans>changed</Trans>
            </span>
          )}
          {hint.reload === 'restart' && hint.idle !== true && (
            <span className={css['badge']}>
              <Trans>needs a restart</Trans>
            </span>
          )}
          {hint.idle && (
            <span className={css['badge']}>
              <Trans>no effect here</Trans>
            </span>
          )}
        </p>
        <p id={id} className={css['help']}>
          {hint.help}
        </p>
        <p className={css['meta']}>
          <code>
            <SafeText text={at} />
          </code>
          <span>{originInWords(isChanged ? undefined : origin?.origin, own)}</span>
          {schema.default !== undefined && own !== undefined && (
            <span>
              <Trans>default {JSON.stringify(schema.default)}</Trans>
            </span>
          )}
        </p>
        {issues.map((issue) => (
          <p key={issue.message} className={css['problem']} role="alert">
            <SafeText text={issue.message} />
          </p>
        ))}
      </div>
      <div className={css['control']}>
        <Control
          field={field}
          value={own}
          before={before}
          standard={standard}
          label={name}
          describedBy={id}
          onChange={onChange}
        />
        {own !== undefined && (
          <Button look="quiet" aria-label={t`Reset ${name}`} onClick={() => onChange(undefined)}>
            <Trans>Reset</Trans>
          </Button>
        )}
        {origin?.origin.startsWith('secret ') && (
          <Link to={addressOf('secrets')}>
            <Trans>Secrets</Trans>
          </Link>
        )}
      </div>
    </li>
  );
}

function originInWords(origin: string | undefined, own: unknown): string {
  if (origin === undefined) return own === undefined ? t`not set` : t`not saved yet`;
  const [kind, ...name] = origin.split(' ');
  switch (kind) {
    case 'env':
      return t`from the variable ${name.join(' ')}`;
    case 'secret':
      return t`from the secret ${name.join(' ')}`;
    case 'include':
      return t`from an included file`;
    case 'default':
      return t`by default`;
    default:
      return t`set in the file`;
  }
}
