import { useCallback, useEffect, useRef, useState } from 'react';
import type { NamedSession } from '../../gateway/session-names';
import { useGateway } from '../../gateway/use-gateway';

export interface SessionRow extends NamedSession {
  kind: string;
  updatedAt: number;
  lastMessagePreview?: string;
  /** The conversation that this is an earlier version of. */
  branchOf?: string;
}

export interface Sessions {
  rows: SessionRow[];
  /** How many there are in all. */
  total: number;
  error: string | undefined;
  loaded: boolean;
  /** Reads the next ones, where there are more. */
  more(): void;
  refresh(): void;
}

interface Page {
  sessions: SessionRow[];
  totalCount: number;
}

const PAGE = 50;
const SHOWN = { includeDerivedTitles: true, includeLastMessage: true } as const;
/** So many that have changed are read one by one; more of them with the whole list. */
const MOST_ALONE = 3;
/** Changes that come in a row are looked at together. */
const SETTLE_MS = 400;
const CHANGING_EVENTS = new Set(['sessions.changed', 'chat']);

/** Conversations, newest first, as many as were asked for; or those in which words are found. */
export function useSessions(search: string): Sessions {
  const { call, connection, gaps, subscribe } = useGateway();
  const [state, setState] = useState<{ search: string; rows: SessionRow[]; total: number }>();
  const [error, setError] = useState<string>();
  const [wanted, setWanted] = useState(PAGE);
  const turn = useRef(0);
  const isConnected = connection.kind === 'connected';

  const refresh = useCallback((): void => {
    const mine = ++turn.current;
    call<Page>('sessions.list', {
      limit: wanted,
      ...SHOWN,
      ...(search === '' ? {} : { search }),
    }).then(
      ({ sessions, totalCount }) => {
        if (mine !== turn.current) return;
        setState({ search, rows: sessions, total: totalCount });
        setError(undefined);
      },
      (problem: unknown) => {
        if (mine === turn.current) setError(problem instanceof Error ? problem.message : String(problem));
      },
    );
  }, [call, search, wanted]);

  useEffect(() => {
    if (isConnected) refresh();
  }, [isConnected, gaps, refresh]);

  /** Looks at one conversation alone: the others have not changed. */
  const lookAt = useCallback(
    (key: string): void => {
      call<{ session: SessionRow | null }>('sessions.describe', { key, ...SHOWN }).then(
        ({ session }) => {
          if (!session) return refresh();
          setState((old) => {
            if (!old) return old;
            const others = old.rows.filter((row) => row.key !== key);
            const isNew = others.length === old.rows.length;
            return { ...old, rows: [session, ...others], total: old.total + (isNew ? 1 : 0) };
          });
        },
        () => undefined,
      );
    },
    [call, refresh],
  );

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = new Set<string | undefined>();
    const look = (): void => {
      const keys = [...changed];
      changed.clear();
      if (search !== '' || keys.length > MOST_ALONE || keys.includes(undefined)) return refresh();
      for (const key of keys) if (key !== undefined) lookAt(key);
    };
    const stop = subscribe((frame) => {
      const { state: phase, sessionKey } = (frame.payload ?? {}) as { state?: string; sessionKey?: string };
      if (!CHANGING_EVENTS.has(frame.event) || phase === 'delta') return;
      changed.add(sessionKey);
      clearTimeout(timer);
      timer = setTimeout(look, SETTLE_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [subscribe, refresh, lookAt, search]);

  const isFresh = state?.search === search;
  const more = useCallback(() => setWanted((count) => count + PAGE), []);
  return {
    rows: isFresh ? state.rows : [],
    total: isFresh ? state.total : 0,
    loaded: isFresh,
    error,
    more,
    refresh,
  };
}
