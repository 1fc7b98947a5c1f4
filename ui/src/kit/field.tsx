import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from 'react';
import css from './field.module.css';

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
