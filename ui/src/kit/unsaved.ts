import { useSyncExternalStore } from 'react';

const kept = new Map<string, unknown>();
const listeners = new Set<() => void>();
let views: ReadonlySet<string> = new Set();

const ask = (event: BeforeUnloadEvent): void => event.preventDefault();

function changed(): void {
  if (kept.size > 0) window.addEventListener('beforeunload', ask);
  else window.removeEventListener('beforeunload', ask);
  views = new Set([...kept.keys()].map((name) => name.slice(0, name.indexOf('/'))));
  for (const listener of listeners) listener();
}

/**
 * What was written and not saved, by a name that begins with its view: "agents/notes.md". It outlasts a change of the view,
 * and the browser asks before the page goes.
 */
export const unsaved = {
  of: <T>(name: string): T | undefined => kept.get(name) as T | undefined,

  has: (name: string): boolean => kept.has(name),

  /** @param work undefined where nothing differs from what is saved */
  keep(name: string, work: unknown): void {
    if (work === undefined && !kept.has(name)) return;
    if (work === undefined) kept.delete(name);
    else kept.set(name, work);
    changed();
  },

  forget(): void {
    kept.clear();
    changed();
  },
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Views in which something is not saved. */
export const useUnsavedViews = (): ReadonlySet<string> => useSyncExternalStore(subscribe, () => views);
