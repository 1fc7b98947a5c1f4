const kept = new Map<string, unknown>();

const ask = (event: BeforeUnloadEvent): void => event.preventDefault();

/** What was written and not saved, by a name: it outlasts a change of the view, and the browser asks before the page goes. */
export const unsaved = {
  of: <T>(name: string): T | undefined => kept.get(name) as T | undefined,

  has: (name: string): boolean => kept.has(name),

  /** @param work undefined where nothing differs from what is saved */
  keep(name: string, work: unknown): void {
    if (work === undefined) kept.delete(name);
    else kept.set(name, work);
    if (kept.size > 0) window.addEventListener('beforeunload', ask);
    else window.removeEventListener('beforeunload', ask);
  },
};
