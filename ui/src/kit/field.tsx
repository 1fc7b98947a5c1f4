import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from 'react';
import { cutText } from '../../../src/common/cut-text';
import { visibleText } from '../../../src/common/visible-text';
import css from './field.module.css';

const MAX_OPTION = 120;

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: ReactNode;
  /** What is wrong with what is in it. */
  problem?: string | undefined;
  ref?: Ref<HTMLInputElement>;
}

/** A line of text with its label, what it means, and what is wrong with it. */
export function Field({ label, hint, problem, ...rest }: FieldProps) {
  const id = useId();
  const told = problem ?? hint;
  return (
    <div className={css['field']}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        {...rest}
        aria-invalid={problem !== undefined}
        aria-describedby={told === undefined ? undefined : `${id}-told`}
      />
      {told !== undefined && (
        <p id={`${id}-told`} className={problem === undefined ? css['hint'] : css['problem']}>
          {told}
        </p>
      )}
    </div>
  );
}

interface SearchProps {
  label: string;
  value: string;
  onChange(value: string): void;
}

/** A field that finds while one types; Esc empties it. */
export const SearchField = ({ label, value, onChange }: SearchProps) => (
  <input
    type="search"
    className={css['search']}
    aria-label={label}
    placeholder={label}
    value={value}
    onChange={(event) => onChange(event.target.value)}
    onKeyDown={(event) => {
      if (event.key === 'Escape' && value !== '') {
        event.stopPropagation();
        onChange('');
      }
    }}
  />
);

interface TextFieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
  rows: number;
  hint?: ReactNode;
}

/** Several lines of text. */
export function TextField({ label, value, onChange, rows, hint }: TextFieldProps) {
  const id = useId();
  return (
    <div className={css['field']}>
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        rows={rows}
        value={value}
        dir="auto"
        aria-describedby={hint === undefined ? undefined : `${id}-told`}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint !== undefined && (
        <p id={`${id}-told`} className={css['hint']}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  /** Values with what they are called. */
  options: Readonly<Record<T, string>>;
  onChange(value: T): void;
}

/** One of a few. */
export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const id = useId();
  const names = Object.keys(options) as T[];
  return (
    <div className={css['field']}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          const chosen = names.find((name) => name === event.target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {names.map((name) => (
          <option key={name} value={name}>
            {visibleText(cutText(options[name], MAX_OPTION))}
          </option>
        ))}
      </select>
    </div>
  );
}
