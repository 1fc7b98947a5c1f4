import { useCallback, useEffect, useRef, useState } from 'react';
import { messageOf } from '../../gateway/problem';
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
export function useSessions(search: string, open: SessionRow | undefined): Sessions {
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
        if (mine === turn.current) setError(messageOf(problem));
      },
    );
  }, [call, search, wanted]);

  useEffect(() => {
    if (isConnected) refresh();
  }, [isConnected, gaps, refresh]);

  const openKey = open?.key;
  const [taken, setTaken] = useState(open);
  if (open !== taken) {
    setTaken(open);
    if (open && state?.search === '') setState({ ...state, ...withRow(state, open) });
  }

  /** Looks at one conversation alone: the others have not changed. */
  const lookAt = useCallback(
    (key: string): void => {
      call<{ session: SessionRow | null }>('sessions.describe', { key, ...SHOWN }).then(
        ({ session }) => {
          if (!session) return refresh();
          setState((old) => old && { ...old, ...withRow(old, session) });
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
      // What is open is looked at where it is shown.
      for (const key of keys) if (key !== undefined && key !== openKey) lookAt(key);
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
  }, [subscribe, refresh, lookAt, search, openKey]);

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

/** The rows with one as it is now, each where it was last used. */
function withRow({ rows, total }: Pick<Sessions, 'rows' | 'total'>, row: SessionRow): Pick<Sessions, 'rows' | 'total'> {
  const others = rows.filter(({ key }) => key !== row.key);
  const next = [row, ...others].sort((a, b) => b.updatedAt - a.updatedAt);
  return { rows: next, total: total + next.length - rows.length };
}
