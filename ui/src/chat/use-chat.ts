import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { CallError } from '../gateway/gateway-socket';
import type { Gateway } from '../gateway/use-gateway';
import { type ChatState, type Outgoing, activeRuns, emptyChat, reduceChat } from './chat-state';
import type { AgentEvent, ChatEvent, HistoryPayload } from './chat-types';
import { outgoingStore } from './outgoing-store';

const HISTORY_LIMIT = 200;

export interface Chat {
  state: ChatState;
  send(text: string): void;
  stop(): void;
  retry(id: string): void;
  discard(id: string): void;
}

/** One conversation: its history, what streams in, and what is on its way out. */
export function useChat(gateway: Gateway, sessionKey: string): Chat {
  const [state, dispatch] = useReducer(reduceChat, sessionKey, (key) => emptyChat(key, outgoingStore.of(key)));
  const { call, connection, subscribe, gaps } = gateway;
  const isConnected = connection.kind === 'connected';
  const inFlight = useRef(new Set<string>());
  /** Raised when a message should be offered again although the connection stayed. */
  const [again, setAgain] = useState(0);

  useEffect(() => dispatch({ type: 'open', sessionKey, outgoing: outgoingStore.of(sessionKey) }), [sessionKey]);

  const refresh = useCallback(async (): Promise<void> => {
    try {
      const payload = await call<HistoryPayload>('chat.history', { sessionKey, limit: HISTORY_LIMIT });
      dispatch({ type: 'history', payload, sessionKey });
    } catch (error) {
      if (error instanceof CallError && !error.isUnknown)
        dispatch({ type: 'history-failed', error: error.message, sessionKey });
    }
  }, [call, sessionKey]);

  const submit = useCallback(
    async (outgoing: Outgoing): Promise<void> => {
      if (inFlight.current.has(outgoing.id)) return;
      inFlight.current.add(outgoing.id);
      try {
        const ack = await call<{ runId?: string; status?: string }>('chat.send', {
          sessionKey,
          message: outgoing.text,
          idempotencyKey: outgoing.id,
        });
        dispatch({ type: 'sent', id: outgoing.id });
        // Answers such as those to "stop" have no run; a key that was used before has ended already.
        if (ack.status !== 'started') {
          if (ack.runId === undefined) dispatch({ type: 'discard', id: outgoing.id });
          await refresh();
        }
      } catch (error) {
        // Without an answer nobody knows whether it arrived: the same key is sent again when the connection is back.
        const wait = retryAfter(error);
        if (wait !== undefined) setTimeout(() => setAgain((count) => count + 1), wait);
        else dispatch({ type: 'send-failed', id: outgoing.id, error: messageOf(error) });
      } finally {
        inFlight.current.delete(outgoing.id);
      }
    },
    [call, refresh, sessionKey],
  );

  useEffect(() => {
    if (isConnected) void refresh();
  }, [isConnected, gaps, refresh]);

  useEffect(() => {
    if (state.sessionKey === sessionKey) outgoingStore.save(sessionKey, state.outgoing);
  }, [sessionKey, state.sessionKey, state.outgoing]);

  // Whatever has no acknowledgement yet goes out again after each connect, under its old key.
  const waiting = useRef<Outgoing[]>([]);
  useEffect(() => {
    waiting.current =
      state.sessionKey === sessionKey ? state.outgoing.filter(({ state: kind }) => kind !== 'failed') : [];
  });
  useEffect(() => {
    if (isConnected) for (const outgoing of waiting.current) void submit(outgoing);
  }, [isConnected, again, submit]);

  useEffect(
    () =>
      subscribe((frame) => {
        if (frame.event === 'agent') dispatch({ type: 'agent', event: frame.payload as AgentEvent });
        if (frame.event !== 'chat') return;
        const event = frame.payload as ChatEvent;
        dispatch({ type: 'chat', event });
        if (event.sessionKey === sessionKey && event.state !== 'delta') void refresh();
      }),
    [subscribe, refresh, sessionKey],
  );

  const send = useCallback(
    (text: string): void => {
      const outgoing: Outgoing = { id: crypto.randomUUID(), text, at: Date.now(), state: 'sending' };
      dispatch({ type: 'send', outgoing });
      if (isConnected) void submit(outgoing);
    },
    [isConnected, submit],
  );

  const retry = useCallback(
    (id: string): void => {
      const known = state.outgoing.find((entry) => entry.id === id);
      if (!known) return;
      const outgoing: Outgoing = { ...known, state: 'sending' };
      dispatch({ type: 'send', outgoing });
      if (isConnected) void submit(outgoing);
    },
    [isConnected, state.outgoing, submit],
  );

  const stop = useCallback((): void => {
    if (activeRuns(state).length > 0) call('chat.abort', { sessionKey }).catch(() => undefined);
  }, [call, sessionKey, state]);

  const discard = useCallback((id: string): void => dispatch({ type: 'discard', id }), []);

  return { state, send, stop, retry, discard };
}

const RETRY_MS = 1000;

/** Milliseconds until a message may be offered again; undefined when the gateway refused it. */
function retryAfter(error: unknown): number | undefined {
  if (!(error instanceof CallError)) return undefined;
  if (error.error.retryAfterMs !== undefined) return error.error.retryAfterMs;
  return error.isUnknown || error.error.retryable === true ? RETRY_MS : undefined;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
