import { t } from '@lingui/core/macro';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { SafeText } from '../text/safe-text';
import { Button } from './button';
import css from './dialog.module.css';

const MAX_TITLE = 120;

interface DialogProps {
  title: string;
  onClose(): void;
  children: ReactNode;
}

/** Over everything else until it is closed; Esc closes it, and the focus goes back to where it was. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const { current } = element;
    const opener = document.activeElement;
    current?.showModal();
    return () => {
      current?.close();
      // Unless something else has taken it, such as a view that it led to.
      if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      className={css['dialog']}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div className={css['inside']}>
        <header>
          <h2 id={id}>
            <SafeText text={title} max={MAX_TITLE} />
          </h2>
          <Button look="quiet" icon="close" aria-label={t`Close`} onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
