import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

/** `theme.js` reads it before anything is painted. */
const KEY = 'openclaw.theme';
const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

const stored = localStorage.getItem(KEY);
let theme: Theme = stored === 'light' || stored === 'dark' ? stored : 'system';
const listeners = new Set<() => void>();

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

function nextTheme(): void {
  theme = NEXT[theme];
  if (theme === 'system') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.dataset['theme'] = theme;
  localStorage.setItem(KEY, theme);
  for (const listener of listeners) listener();
}

/** The chosen theme, and a function that goes to the next one. */
export const useTheme = (): [Theme, () => void] => [useSyncExternalStore(subscribe, () => theme), nextTheme];
