import { useEffect, useRef } from 'react';
import { addressOf, goTo } from '../../kit/place';
import { overPage } from './over-page';
import { VIEW_KEYS } from './shortcuts';
import { singleKeys } from './single-keys';

/** A pair that is not finished within this is none. */
const PAIR_MS = 1500;

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
    /** When the first key of a pair was pressed, in the milliseconds of the page; it is forgotten with the next one. */
    let pairAt = -Infinity;
    const onKey = (event: KeyboardEvent): void => {
      const { key, ctrlKey, metaKey, altKey } = event;
      if (event.defaultPrevented || event.isComposing) return;
      const take = (act: () => void): void => {
        event.preventDefault();
        act();
      };
      if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'k') return take(() => latest.current.onPalette());
      // The palette is on its way: what is typed meanwhile is meant for it, wherever the focus still is.
      if (overPage.shown === 'palette' && !document.querySelector('dialog[open]')) {
        if (key === 'Escape') take(() => overPage.show(undefined));
        else if (key === 'Backspace') take(() => (overPage.typed = overPage.typed.slice(0, -1)));
        else if (!ctrlKey && !metaKey) take(() => (overPage.typed += key.length === 1 ? key : ''));
        return;
      }
      const isSecond = event.timeStamp - pairAt <= PAIR_MS;
      pairAt = -Infinity;
      if (ctrlKey || metaKey || altKey || isWriting(event.target) || document.querySelector('dialog[open]')) return;
      if (!singleKeys.areOn()) return;
      if (key === 'g' && !isSecond) pairAt = event.timeStamp;
      if (isSecond) {
        const view = [...VIEW_KEYS].find(([, letter]) => letter === key)?.[0];
        if (view !== undefined) return take(() => goTo(addressOf(view)));
      }
      if (key === '?') take(() => latest.current.onOverview());
      else if (key === 'n') take(() => latest.current.onNew());
      else if (key === '/') take(toMessageField);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** Where no conversation is shown, the one of the chats is opened; its field takes the focus by itself. */
function toMessageField(): void {
  const field = document.querySelector<HTMLElement>('[data-message-field]');
  if (field) field.focus();
  else goTo(addressOf('chats'));
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
