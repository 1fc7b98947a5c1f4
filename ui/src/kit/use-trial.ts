import { useCallback, useRef, useState } from 'react';
import { messageOf } from '../gateway/problem';

export type Trial<T> =
  { kind: 'none' } | { kind: 'trying' } | { kind: 'works'; facts: T; of: string } | { kind: 'fails'; why: string };

/** A live test of what was typed; only the latest one counts. */
export function useTrial<T>(): {
  trial: Trial<T>;
  forget(): void;
  /**
   * @param of what is tried, so that a later look knows whether it is still that
   * @param onWorks called when it works and nothing else was tried or typed meanwhile
   */
  run(of: string, test: () => Promise<T>, onWorks?: (facts: T) => void): void;
} {
  const [trial, setTrial] = useState<Trial<T>>({ kind: 'none' });
  const latest = useRef(0);
  const forget = useCallback(() => {
    latest.current++;
    setTrial({ kind: 'none' });
  }, []);
  const run = useCallback((of: string, test: () => Promise<T>, onWorks?: (facts: T) => void) => {
    const turn = ++latest.current;
    setTrial({ kind: 'trying' });
    const set = (next: Trial<T>): void => {
      if (turn !== latest.current) return;
      setTrial(next);
      if (next.kind === 'works') onWorks?.(next.facts);
    };
    test().then(
      (facts) => set({ kind: 'works', facts, of }),
      (error: unknown) => set({ kind: 'fails', why: messageOf(error) }),
    );
  }, []);
  return { trial, forget, run };
}
