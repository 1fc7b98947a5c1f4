import { useCallback, useEffect, useState } from 'react';
import type { Gateway } from '../gateway/use-gateway';

export interface SessionRow {
  key: string;
  kind: string;
  label?: string;
  displayName?: string;
  derivedTitle?: string;
  updatedAt: number;
}

export interface Sessions {
  rows: SessionRow[];
  error: string | undefined;
  loaded: boolean;
  rename(key: string, label: string): Promise<void>;
  remove(key: string): Promise<void>;
}

const LIMIT = 100;
const CHANGING_EVENTS = new Set(['sessions.changed', 'chat']);

export function useSessions({ call, connection, gaps, subscribe }: Gateway): Sessions {
  const [rows, setRows] = useState<SessionRow[]>([]);
  const [error, setError] = useState<string>();
  const [loaded, setLoaded] = useState(false);
  const isConnected = connection.kind === 'connected';

  const refresh = useCallback(async (): Promise<void> => {
    try {
      const { sessions } = await call<{ sessions: SessionRow[] }>('sessions.list', {
        limit: LIMIT,
        includeDerivedTitles: true,
      });
      setRows(sessions);
      setError(undefined);
      setLoaded(true);
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem));
    }
  }, [call]);

  useEffect(() => {
    if (isConnected) void refresh();
  }, [isConnected, gaps, refresh]);

  useEffect(
    () =>
      subscribe((frame) => {
        const { state } = (frame.payload ?? {}) as { state?: string };
        if (CHANGING_EVENTS.has(frame.event) && state !== 'delta') void refresh();
      }),
    [subscribe, refresh],
  );

  const rename = useCallback(
    async (key: string, label: string): Promise<void> => {
      await call('sessions.patch', { key, label: label.trim() === '' ? null : label.trim() });
      await refresh();
    },
    [call, refresh],
  );

  const remove = useCallback(
    async (key: string): Promise<void> => {
      await call('sessions.delete', { key });
      await refresh();
    },
    [call, refresh],
  );

  return { rows, error, loaded, rename, remove };
}

/** What a session is called on screen. */
export function titleOf(row: SessionRow): string {
  if (row.label) return row.label;
  return /:main$|^global$/.test(row.key)
    ? shortKey(row.key)
    : (row.displayName ?? row.derivedTitle ?? shortKey(row.key));
}

export function shortKey(key: string): string {
  const rest = key.replace(/^agent:/, '');
  const [agent, ...parts] = rest.split(':');
  if (parts.join(':') === 'main') return agent === 'main' ? 'Main' : `${agent}`;
  return parts.join(':') || key;
}
