import { t } from '@lingui/core/macro';
import { useEffect, useState } from 'react';

const SAID_MS = 2000;

/** Puts a text into the clipboard; the state says for two seconds what became of it. */
export function useCopy(): ['idle' | 'copied' | 'failed', (text: string) => void] {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => setState('idle'), SAID_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (text: string): void => {
    const clipboard = navigator.clipboard as Clipboard | undefined;
    if (!clipboard) setState('failed');
    else
      clipboard.writeText(text).then(
        () => setState('copied'),
        () => setState('failed'),
      );
  };
  return [state, copy];
}

export const COPY_WORDS = {
  get idle() {
    return t`Copy`;
  },
  get copied() {
    return t`Copied`;
  },
  get failed() {
    return t`Select it by hand`;
  },
} as const;
