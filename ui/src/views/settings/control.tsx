import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { Switch } from '../../kit/switch';
import { type Field, kindOf } from './fields';
import { SecretControl } from './secret-control';
import css from './settings.module.css';

interface ControlProps {
  field: Field;
  value: unknown;
  /** What it is without the change that is being made. */
  before: unknown;
  /** What holds without the key. */
  standard: unknown;
  label: string;
  describedBy: string;
  onChange(value: unknown): void;
}

/** The control that fits the type of a value. */
export function Control(props: ControlProps) {
  const { field, value, standard, label, describedBy, onChange } = props;
  const known = { 'aria-label': label, 'aria-describedby': describedBy };
  switch (kindOf(field, value)) {
    case 'switch':
      return (
        <Switch
          label={label}
          describedBy={describedBy}
          isOn={(value ?? standard) === true}
          onChange={(isOn) => onChange(isOn)}
        />
      );
    case 'choice':
      return (
        <select
          {...known}
          value={value === undefined ? '' : JSON.stringify(value)}
          onChange={(event) => onChange(event.target.value === '' ? undefined : JSON.parse(event.target.value))}
        >
          <option value="">{standard === undefined ? t`not set` : t`${String(standard)} (default)`}</option>
          {field.schema.enum?.map((each) => (
            <option key={String(each)} value={JSON.stringify(each)}>
              {String(each)}
            </option>
          ))}
        </select>
      );
    case 'number':
      return (
        <input
          {...known}
          type="number"
          step={field.schema.type === 'integer' ? 1 : 'any'}
          value={typeof value === 'number' ? value : ''}
          placeholder={standard === undefined ? t`not set` : String(standard)}
          onChange={(event) => onChange(event.target.value === '' ? undefined : Number(event.target.value))}
        />
      );
    case 'text':
      return (
        <input
          {...known}
          type="text"
          dir="auto"
          spellCheck={false}
          value={typeof value === 'string' ? value : ''}
          placeholder={standard === undefined || standard === '' ? t`not set` : String(standard)}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
        />
      );
    case 'secret':
      return <SecretControl {...props} />;
    case 'lines':
      return <LinesControl {...props} />;
    case 'json':
      return <JsonControl {...props} />;
  }
}

/** Texts, one per line. What is being typed may have blank lines; the value has none. */
function LinesControl({ value, label, describedBy, onChange }: ControlProps) {
  const [draft, setDraft] = useState<string>();
  const lines = Array.isArray(value) ? value : [];
  return (
    <textarea
      aria-label={label}
      aria-describedby={describedBy}
      rows={Math.min(6, Math.max(2, lines.length + 1))}
      spellCheck={false}
      value={draft ?? lines.join('\n')}
      placeholder={t`One per line`}
      onChange={(event) => {
        const { value: text } = event.target;
        setDraft(text);
        const kept = text.split('\n').filter((line) => line.trim() !== '');
        onChange(kept.length === 0 ? undefined : kept);
      }}
      onBlur={() => setDraft(undefined)}
    />
  );
}

/** A value of any shape, as JSON; what can't be read yet changes nothing. */
function JsonControl({ value, label, describedBy, onChange }: ControlProps) {
  const shown = value === undefined ? '' : JSON.stringify(value, null, 2);
  const [draft, setDraft] = useState<string>();
  const fault = draft === undefined ? undefined : faultOf(draft);
  const text = draft ?? shown;
  return (
    <div className={css['json']}>
      <textarea
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={fault !== undefined}
        rows={Math.min(10, Math.max(2, text.split('\n').length))}
        spellCheck={false}
        value={text}
        placeholder={t`not set`}
        onChange={(event) => {
          const next = event.target.value;
          setDraft(next);
          if (next.trim() === '') onChange(undefined);
          else if (faultOf(next) === undefined) onChange(JSON.parse(next));
        }}
        onBlur={() => {
          if (fault === undefined) setDraft(undefined);
        }}
      />
      {fault !== undefined && (
        <p className={css['problem']}>
          <Trans>Not taken yet: {fault}</Trans>
        </p>
      )}
    </div>
  );
}

function faultOf(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (problem) {
    return messageOf(problem);
  }
}
