import { useId, useRef } from 'react';
import css from './code-field.module.css';

interface Fault {
  /** From 1. */
  line: number;
  text: string;
}

interface CodeFieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
  faults: readonly Fault[];
}

/** Text of a file: numbered lines, those with faults marked; a number leads to its line. */
export function CodeField({ label, value, onChange, faults }: CodeFieldProps) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLDivElement>(null);
  const lines = value.split('\n');
  const at = new Map(faults.map((fault) => [fault.line, fault.text]));

  const goTo = (line: number): void => {
    const { current } = field;
    if (!current) return;
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    current.focus();
    current.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  };

  return (
    <div className={css['box']}>
      <div className={css['numbers']} ref={numbers} aria-hidden="true">
        {lines.map((_, index) => (
          <span key={index} data-fault={at.has(index + 1)} title={at.get(index + 1)} onClick={() => goTo(index + 1)}>
            {index + 1}
          </span>
        ))}
      </div>
      <textarea
        ref={field}
        id={id}
        aria-label={label}
        aria-invalid={faults.length > 0}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        wrap="off"
        rows={Math.min(30, Math.max(10, lines.length + 1))}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onScroll={(event) => {
          if (numbers.current) numbers.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}
