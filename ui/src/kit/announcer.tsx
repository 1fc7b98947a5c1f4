import { t } from '@lingui/core/macro';
import { useSyncExternalStore } from 'react';

/** Said texts stay so long that a screen reader has taken them. */
const KEPT = 12;

let said: readonly { id: number; text: string }[] = [];
let count = 0;
const listeners = new Set<() => void>();

/** Has screen readers say something, when they are done with what they say now. */
export function announce(text: string): void {
  if (text.trim() === '') return;
  said = [...said.slice(-KEPT), { id: ++count, text }];
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The one live region of the page. */
export function Announcer() {
  const texts = useSyncExternalStore(subscribe, () => said);
  return (
    <div className="visually-hidden" role="log" aria-live="polite" aria-label={t`News`} data-testid="announcer">
      {texts.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
