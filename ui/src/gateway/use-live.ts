import { startTransition, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { messageOf } from './problem';
import { CallError } from '../../../packages/client/client';
import { knownAnswers } from './known-answers';
import type { MethodCall } from './method-call';
import { useGateway } from './use-gateway';

export interface Live<T> {
  data: T | undefined;
  /** Why the latest reading failed, in words; what was read before stays. */
  error: string | undefined;
  refresh(): void;
}

/** A reading without an answer is tried again after so long; one that is refused is not. */
const AGAIN_MS = 2000;
/** Events that come in a row are looked at together. */
const SETTLE_MS = 250;

interface LiveOptions {
  /** Events after which it is read again; a dot at the end stands for all that begin so. */
  events?: readonly string[];
  /** Milliseconds after which it is read again while the page is seen. */
  everyMs?: number;
  /** Milliseconds for which events are gathered. */
  settleMs?: number;
}

/** What a method answers, read again after each connect, after missed events, and after events that change it. */
export function useLive<T>(
  request: MethodCall,
  { events = [], everyMs, settleMs = SETTLE_MS }: LiveOptions = {},
): Live<T> {
  const { call, connection, gaps, subscribe } = useGateway();
  const key = JSON.stringify(request);
  const [state, setState] = useState<{ key: string; data?: T; error?: string }>({ key });
  const wanted = useRef(request);
  useEffect(() => {
    wanted.current = request;
  });
  const latest = useRef(0);
  const again = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isConnected = connection.kind === 'connected';
  const reachable = useRef(isConnected);
  useEffect(() => {
    reachable.current = isConnected;
    return () => clearTimeout(again.current);
  }, [isConnected]);

  const refresh = useCallback(
    function read(): void {
      const turn = ++latest.current;
      clearTimeout(again.current);
      call<T>(...wanted.current).then(
        (data) => {
          knownAnswers.set(key, data);
          // What somebody types comes before what is read again.
          if (turn === latest.current) startTransition(() => setState({ key, data }));
        },
        (problem: unknown) => {
          if (turn !== latest.current) return;
          setState((old) => ({ ...old, key, error: messageOf(problem) }));
          if (problem instanceof CallError && problem.isUnknown && reachable.current)
            again.current = setTimeout(read, AGAIN_MS);
        },
      );
    },
    [call, key],
  );

  useEffect(() => {
    if (isConnected) refresh();
  }, [isConnected, gaps, refresh]);

  const names = events.join(' ');
  useEffect(() => {
    const list = names === '' ? [] : names.split(' ');
    if (list.length === 0) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = subscribe(({ event, payload }) => {
      // What streams changes nothing that is listed.
      if (event === 'chat' && (payload as { state?: string }).state === 'delta') return;
      if (list.some((name) => (name.endsWith('.') ? event.startsWith(name) : event === name))) {
        clearTimeout(timer);
        timer = setTimeout(refresh, settleMs);
      }
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [subscribe, names, refresh, settleMs]);

  useEffect(() => {
    if (everyMs === undefined || !isConnected) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, isConnected, refresh]);

  const fresh = state.key === key ? state : undefined;
  const data = fresh?.data ?? (knownAnswers.get(key) as T | undefined);
  const error = fresh?.error;
  return useMemo(() => ({ data, error, refresh }), [data, error, refresh]);
}
