import { t } from '@lingui/core/macro';

/** What came of a planned time. */
export type RunStatus = 'ok' | 'error' | 'skipped';

export const TONES = { ok: 'good', error: 'bad', skipped: 'off' } as const;

export const WORDS: Readonly<Record<RunStatus, string>> = {
  get ok() {
    return t`done`;
  },
  get error() {
    return t`failed`;
  },
  get skipped() {
    return t`left out`;
  },
};
