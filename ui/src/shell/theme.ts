import { useCallback, useEffect, useState } from 'react';

export type Theme = 'system' | 'light' | 'dark';

/** `theme.js` reads it before anything is painted. */
const KEY = 'openclaw.theme';
const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

/** The chosen theme, and a function that goes to the next one. */
export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(() => {
    const stored = localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  });
  useEffect(() => {
    if (theme === 'system') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.dataset['theme'] = theme;
    localStorage.setItem(KEY, theme);
  }, [theme]);
  return [theme, useCallback(() => setTheme((current) => NEXT[current]), [])];
}
