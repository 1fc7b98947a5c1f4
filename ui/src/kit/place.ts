import { useSyncExternalStore } from 'react';
import { pageFolder } from '../gateway/page-place';

/** A view and what it shows: `chats?s=main`. The start page has no name. */
export interface Place {
  view: string;
  query: URLSearchParams;
}

const listeners = new Set<() => void>();
let current = read();

function read(): Place {
  const { pathname, search } = window.location;
  return { view: decodeName(pathname.slice(pageFolder.pathname.length)), query: new URLSearchParams(search) };
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function changed(): void {
  current = read();
  for (const listener of listeners) listener();
}

window.addEventListener('popstate', changed);

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Where the page is; follows links, and the browser's own buttons. */
export const usePlace = (): Place => useSyncExternalStore(subscribe, () => current);

export const currentPlace = (): Place => current;

/** Address of a view, relative to the folder of the page. */
export function addressOf(view: string, query: Record<string, string> = {}): string {
  const words = new URLSearchParams(query).toString();
  return `./${view}${words === '' ? '' : `?${words}`}`;
}

/** @param options.replace leaves no step for the browser's button to go back to */
export function goTo(address: string, { replace = false } = {}): void {
  const target = new URL(address, pageFolder).href;
  if (target === window.location.href) return;
  if (replace) window.history.replaceState(null, '', target);
  else window.history.pushState(null, '', target);
  changed();
}
