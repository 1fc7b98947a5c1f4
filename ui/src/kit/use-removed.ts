import { t } from '@lingui/core/macro';
import { useCallback, useState } from 'react';
import { messageOf } from '../gateway/problem';
import { toast } from './toasts';

export interface Removed {
  /** Not shown until their time to undo is over. */
  ids: ReadonlySet<string>;
  /**
   * Takes something out of sight; it is really removed when that can't be undone any more.
   * @param words what the person is told
   */
  remove(id: string, words: string, really: () => Promise<unknown>): void;
}

/** Things of a list that somebody has removed and may want back. */
export function useRemoved(): Removed {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const remove = useCallback((id: string, words: string, really: () => Promise<unknown>): void => {
    const hide = (isHidden: boolean): void =>
      setIds((old) => new Set(isHidden ? [...old, id] : [...old].filter((each) => each !== id)));
    hide(true);
    toast(words, {
      undo: () => hide(false),
      done: () => {
        really().catch((problem: unknown) => {
          hide(false);
          toast(t`It was not removed: ${messageOf(problem)}`);
        });
      },
    });
  }, []);
  return { ids, remove };
}
