import { plural } from '@lingui/core/macro';
import { useCallback, useEffect, useRef, useState } from 'react';
import { announce } from '../../kit/announcer';
import { toast } from '../../kit/toasts';
import { type PickedFile, draftFilesOf, keptFiles } from './kept-files';
import { takeFiles } from './picked-files';

export interface PickedFiles {
  files: readonly PickedFile[];
  /** Something is being held over the page. */
  isOver: boolean;
  add(files: readonly File[]): void;
  /** Adds some that were looked at already. */
  give(files: readonly PickedFile[]): void;
  remove(id: string): void;
  clear(): void;
  /** From now on there are no files, but those of the draft stay kept. */
  setAside(): void;
  /** Brings those of the draft back, in the place of what was picked meanwhile. */
  bringBack(): void;
}

/** Files that go with the draft of a conversation: picked, dropped anywhere on the page, or pasted. */
export function usePickedFiles(sessionKey: string): PickedFiles {
  const [files, setFiles] = useState<readonly PickedFile[]>([]);
  const [isOver, setOver] = useState(false);
  const latest = useRef(files);
  const aside = useRef<readonly PickedFile[]>(undefined);
  const owner = draftFilesOf(sessionKey);

  const change = useCallback(
    (next: readonly PickedFile[]): void => {
      latest.current = next;
      setFiles(next);
      if (aside.current === undefined) void keptFiles.keep(owner, next);
    },
    [owner],
  );

  useEffect(() => {
    void keptFiles.of(owner).then((kept) => {
      if (kept.length === 0) return;
      if (aside.current?.length === 0) aside.current = kept;
      else if (aside.current === undefined && latest.current.length === 0) {
        latest.current = kept;
        setFiles(kept);
      }
    });
  }, [owner]);

  const add = useCallback(
    (picked: readonly File[]): void => {
      void takeFiles(picked, latest.current).then((taken) => {
        for (const why of taken.refused) toast(why);
        if (taken.files.length === 0) return;
        change([...latest.current, ...taken.files]);
        announce(plural(taken.files.length, { one: 'One file attached.', other: '# files attached.' }));
      });
    },
    [change],
  );
  const give = useCallback((more: readonly PickedFile[]): void => change([...latest.current, ...more]), [change]);
  const remove = useCallback((id: string): void => change(latest.current.filter((file) => file.id !== id)), [change]);
  const clear = useCallback((): void => change([]), [change]);
  const show = useCallback((next: readonly PickedFile[]): void => {
    latest.current = next;
    setFiles(next);
  }, []);
  const setAside = useCallback((): void => {
    aside.current ??= latest.current;
    show([]);
  }, [show]);
  const bringBack = useCallback((): void => {
    const back = aside.current;
    aside.current = undefined;
    if (back) show(back);
  }, [show]);

  // What falls beside the field is taken as well, instead of being opened by the browser.
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      add([...(event.dataTransfer?.files ?? [])]);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [add]);

  return { files, isOver, add, give, remove, clear, setAside, bringBack };
}
