import { t } from '@lingui/core/macro';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { toast } from '../../kit/toasts';
import { unsaved } from '../../kit/unsaved';
import type { Hints, Schema } from './fields';
import { type Edits, type Path, type Values, listsIn, patchBetween, withEdit, withEdits } from './paths';

export interface Issue {
  path: string;
  message: string;
  line?: number;
}

export interface Change {
  path: string;
  before: unknown;
  after: unknown;
  effect: 'none' | 'hot' | 'restart';
}

export interface Verdict {
  valid: boolean;
  issues: Issue[];
  warnings: Issue[];
  changes: Change[];
  diff: string;
}

export interface FileState {
  path: string;
  raw: string | null;
  parsed: Values;
  hash?: string;
  valid: boolean;
  issues: Issue[];
}

export interface OriginState {
  origins: { path: string; value: unknown; origin: string }[];
  needRestart: string[];
  takenBack?: { at: number; because: string; number: number };
}

interface HistoryState {
  entries: { number: number }[];
}

/** What went wrong, and why. */
interface Problem {
  what: string;
  why: string;
}

const CHECK_MS = 350;
/** Where the file is not followed (`gateway.reload.mode: "off"`), no event tells of a change. */
const LOOK_MS = 20_000;
const NONE: Edits = new Map();
const UNSAVED = 'settings/form';

/** Changes, and the file that they were made on. */
interface Work {
  edits: Edits;
  base: FileState | undefined;
}

const NOTHING: Values = {};

/** The configuration, what of it is being changed, and what the gateway says to that. */
export function useSettings() {
  const { call } = useGateway();
  const about = useLive<{ schema: Schema; uiHints: Hints }>(['config.schema']);
  const file = useLive<FileState>(['config.get'], { events: ['config.changed'], everyMs: LOOK_MS });
  const origins = useLive<OriginState>(['config.origins'], { events: ['config.changed'] });
  const [edits, setEdits] = useState<Edits>(() => unsaved.of<Work>(UNSAVED)?.edits ?? NONE);
  const [base, setBase] = useState(() => unsaved.of<Work>(UNSAVED)?.base);
  useEffect(() => unsaved.keep(UNSAVED, edits.size === 0 ? undefined : { edits, base }), [edits, base]);
  const [verdict, setVerdict] = useState<{ edits: Edits; verdict: Verdict }>();
  const [problem, setProblem] = useState<Problem>();

  const seen = edits.size > 0 ? base : file.data;
  const values = useMemo(() => withEdits(seen?.parsed ?? {}, edits), [seen, edits]);
  const patch = useMemo(() => patchBetween(seen?.parsed ?? {}, values), [seen, values]);
  const { refresh: refreshFile } = file;
  const { refresh: refreshOrigins } = origins;
  const refresh = useCallback((): void => {
    refreshFile();
    refreshOrigins();
  }, [refreshFile, refreshOrigins]);

  const change = (path: Path, value: unknown): void => {
    const on = edits.size > 0 ? base : file.data;
    setBase(on);
    setEdits((old) => withEdit(on?.parsed ?? {}, old, path, value));
    setProblem(undefined);
  };
  const discard = (): void => {
    setEdits(NONE);
    setProblem(undefined);
  };

  useEffect(() => {
    if (edits.size === 0) return undefined;
    let isOld = false;
    const timer = setTimeout(() => {
      call<Verdict>('config.validate', { patch: JSON.stringify(patch) }).then(
        (found) => {
          if (!isOld) setVerdict({ edits, verdict: found });
        },
        (failure: unknown) => {
          if (!isOld) setProblem({ what: t`It could not be checked.`, why: messageOf(failure) });
        },
      );
    }, CHECK_MS);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [call, edits, patch]);

  /** Says that the file was written, and for a while offers what was in it before. */
  const written = async (hash: string): Promise<void> => {
    refresh();
    // It is saved, whether it can be undone or not.
    const before = await call<HistoryState>('config.history', { limit: 2 }).then(
      ({ entries }) => entries[1],
      () => undefined,
    );
    toast(t`The settings are saved.`, {
      ...(before
        ? {
            undo: () => {
              call('config.restore', { number: before.number, baseHash: hash }).then(refresh, (failure: unknown) =>
                toast(t`They were not brought back: ${messageOf(failure)}`),
              );
            },
          }
        : {}),
    });
  };

  const save = async (): Promise<void> => {
    try {
      const { hash } = await call<{ hash: string }>('config.patch', {
        raw: JSON.stringify(patch),
        restart: false,
        replacePaths: listsIn(patch),
        ...(seen?.hash === undefined ? {} : { baseHash: seen.hash }),
      });
      discard();
      await written(hash);
    } catch (failure) {
      refresh();
      setProblem({ what: t`It was not saved.`, why: messageOf(failure) });
    }
  };

  const isStale = edits.size > 0 && base?.hash !== file.data?.hash;
  return {
    about,
    file,
    origins,
    /** What the file says, as it was when the first change was made. */
    stored: seen?.parsed ?? NOTHING,
    values,
    edits,
    change,
    discard,
    save,
    written,
    refresh,
    problem,
    /** Of the changes as they are now; undefined while the gateway looks at them. */
    verdict: verdict?.edits === edits ? verdict.verdict : undefined,
    /** Somebody else has written the file since the first change. */
    conflict: isStale ? { theirs: file.data?.parsed ?? {}, before: base?.parsed ?? {} } : undefined,
    /** Puts the changes on top of what the file holds now. */
    rebase: (without: readonly string[]): void => {
      setBase(file.data);
      setEdits((old) => new Map([...old].filter(([at]) => !without.includes(at))));
      setProblem(undefined);
    },
  };
}

export type Settings = ReturnType<typeof useSettings>;
