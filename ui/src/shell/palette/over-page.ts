type Shown = 'palette' | 'overview' | undefined;

const listeners = new Set<() => void>();

/** What lies over the page, whoever has opened it: keys or a button. */
export const overPage = {
  shown: undefined as Shown,
  /** What was typed for the palette before it was there. */
  typed: '',

  show(next: Shown): void {
    overPage.shown = next;
    overPage.typed = '';
    for (const listener of listeners) listener();
  },

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
