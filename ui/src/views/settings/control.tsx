import { useState } from 'react';
import { Button } from '../../kit/button';
import { Switch } from '../../kit/switch';
import { type Field, kindOf } from './fields';
import css from './settings.module.css';

/** What the gateway puts in the place of a secret. */
export const HIDDEN = '__OPENCLAW_REDACTED__';

interface ControlProps {
  field: Field;
  value: unknown;
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
          <option value="">{standard === undefined ? 'not set' : `${String(standard)} (default)`}</option>
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
          placeholder={standard === undefined ? 'not set' : String(standard)}
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
          placeholder={standard === undefined || standard === '' ? 'not set' : String(standard)}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
        />
      );
    case 'secret':
      return <SecretControl {...props} />;
    case 'lines':
      return (
        <textarea
          {...known}
          rows={Math.min(6, Math.max(2, (Array.isArray(value) ? value.length : 0) + 1))}
          spellCheck={false}
          value={Array.isArray(value) ? value.join('\n') : ''}
          placeholder="one a line"
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value.split('\n'))}
        />
      );
    case 'json':
      return <JsonControl {...props} />;
  }
}

/** A stored secret is never shown; it is replaced, or taken out. */
function SecretControl({ value, label, describedBy, onChange }: ControlProps) {
  const isStored = value === HIDDEN;
  const isReference = typeof value === 'string' && value.startsWith('${');
  const [isTyping, setTyping] = useState(false);
  if ((isStored || isReference) && !isTyping)
    return (
      <div className={css['secret']}>
        <code>{isReference ? value : '••••••••'}</code>
        <Button aria-label={`Replace ${label}`} aria-describedby={describedBy} onClick={() => setTyping(true)}>
          Replace
        </Button>
      </div>
    );
  return (
    <input
      type="password"
      autoComplete="off"
      aria-label={label}
      aria-describedby={describedBy}
      // The one who asked for it is about to type.
      ref={(element) => {
        if (isTyping && (isStored || isReference)) element?.focus();
      }}
      value={typeof value === 'string' && !isStored && !isReference ? value : ''}
      placeholder={isTyping ? 'new value, or ${secret:name}' : 'a value, or ${secret:name}'}
      onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
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
        placeholder="not set"
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
      {fault !== undefined && <p className={css['problem']}>Not taken yet: {fault}</p>}
    </div>
  );
}

function faultOf(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (problem) {
    return problem instanceof Error ? problem.message : String(problem);
  }
}
