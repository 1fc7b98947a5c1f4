import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useSyncExternalStore } from 'react';
import { announce } from './announcer';
import { Button } from './button';
import { SafeText } from '../text/safe-text';
import css from './toasts.module.css';

interface Toast {
  id: number;
  text: string;
  undo?: () => void;
  /** Called once, when it can't be undone any more. */
  done?: () => void;
}

const SHOWN_MS = 8000;
const MAX_TEXT = 400;

let toasts: readonly Toast[] = [];
let count = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says that something was done; for some seconds it can be undone. */
export function toast(text: string, ends: Pick<Toast, 'undo' | 'done'> = {}): void {
  announce(ends.undo ? t`${text} It can be undone.` : text);
  change([...toasts, { id: ++count, text, ...ends }]);
}

function end(id: number, how: 'undo' | 'done'): void {
  const found = toasts.find((each) => each.id === id);
  if (!found) return;
  change(toasts.filter((each) => each.id !== id));
  found[how]?.();
}

/** Whatever waits for its end is done before the page goes. */
window.addEventListener('pagehide', () => {
  for (const { id } of toasts) end(id, 'done');
});

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <section className={css['toasts']} aria-label={t`Just done`}>
      {shown.map((each) => (
        <ToastLine key={each.id} toast={each} />
      ))}
    </section>
  );
}

function ToastLine({ toast: { id, text, undo } }: { toast: Toast }) {
  useEffect(() => {
    const timer = setTimeout(() => end(id, 'done'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div className={css['toast']} data-testid="toast">
      <span>
        <SafeText text={text} lines max={MAX_TEXT} />
      </span>
      {undo && (
        <Button onClick={() => end(id, 'undo')}>
          <Trans>Undo</Trans>
        </Button>
      )}
      <Button look="quiet" icon="close" aria-label={t`Close`} onClick={() => end(id, 'done')} />
    </div>
  );
}
