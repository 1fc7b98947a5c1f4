import { useEffect, useRef } from 'react';
import { addressOf, goTo } from '../../kit/place';
import { VIEW_KEYS } from './shortcuts';

interface ShortcutActions {
  onPalette(): void;
  onOverview(): void;
  onNew(): void;
}

/** Listens for keys wherever nobody writes; `Ctrl K` works everywhere. */
export function useShortcuts(actions: ShortcutActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    /** The first key of a pair was the last one. */
    let isPair = false;
    const onKey = (event: KeyboardEvent): void => {
      const { key, ctrlKey, metaKey, altKey } = event;
      if (event.defaultPrevented || event.isComposing) return;
      const take = (act: () => void): void => {
        event.preventDefault();
        act();
      };
      if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'k') return take(() => latest.current.onPalette());
      if (ctrlKey || metaKey || altKey || isWriting(event.target) || document.querySelector('dialog[open]')) return;
      const isSecond = isPair;
      isPair = key === 'g' && !isSecond;
      if (isSecond) {
        const view = [...VIEW_KEYS].find(([, letter]) => letter === key)?.[0];
        if (view !== undefined) return take(() => goTo(addressOf(view)));
      }
      if (key === '?') take(() => latest.current.onOverview());
      else if (key === 'n') take(() => latest.current.onNew());
      else if (key === '/') take(() => document.querySelector('textarea')?.focus());
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
