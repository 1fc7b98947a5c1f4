import { useCallback, useEffect, useRef, useState } from 'react';
import type { NamedSession } from '../../gateway/session-names';
import { useGateway } from '../../gateway/use-gateway';

export interface SessionRow extends NamedSession {
  kind: string;
  updatedAt: number;
  lastMessagePreview?: string;
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
      includeDerivedTitles: true,
      includeLastMessage: true,
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

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = subscribe((frame) => {
      const { state: phase } = (frame.payload ?? {}) as { state?: string };
      if (!CHANGING_EVENTS.has(frame.event) || phase === 'delta') return;
      clearTimeout(timer);
      timer = setTimeout(refresh, SETTLE_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [subscribe, refresh]);

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
