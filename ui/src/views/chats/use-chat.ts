import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { CallError } from '../../../../packages/client/client';
import type { Gateway } from '../../gateway/use-gateway';
import {
  type ChatAction,
  type ChatState,
  type HistoryPart,
  type Outgoing,
  activeRuns,
  emptyChat,
  lastSeq,
  reduceChat,
  seqOf,
} from './chat-state';
import type { ChatEvent, HistoryPayload } from './chat-types';
import { type PickedFile, keptFiles, outgoingFilesOf } from './kept-files';
import { outgoingStore } from './outgoing-store';
import { filledIn, knownTexts } from './known-texts';
import { attachmentsOf } from './picked-files';
import { useAgentEvents } from './use-agent-events';

/** Messages of the first look at a conversation, and of each further page. */
const FIRST = 40;
const PAGE = 60;

export interface SendMore {
  files?: readonly PickedFile[];
  /** Id of the message that it is said instead of. */
  insteadOf?: string | undefined;
  steers?: boolean;
}

export interface Chat {
  state: ChatState;
  send(text: string, more?: SendMore): void;
  stop(): void;
  retry(id: string): void;
  discard(id: string): void;
  /** Takes a waiting message back; false where it is being answered already. */
  takeBack(id: string): Promise<boolean>;
  /** Says something into what is being done now. */
  steer(text: string, files: readonly PickedFile[]): void;
  /** Reads the page before or behind what is shown. */
  readOn(part: 'older' | 'newer'): Promise<void>;
  /** Reads what was said before until so many messages are held. */
  readBack(most: number): Promise<void>;
  /** Shows the end of the conversation, whatever was shown before. */
  reload(): void;
}

/**
 * One conversation: its history in pages, what streams in, and what is on its way out.
 * @param around number of a message that it is opened at, instead of at its end
 */
export function useChat(gateway: Gateway, sessionKey: string, around: number | undefined): Chat {
  const [state, enact] = useReducer(reduceChat, sessionKey, (key) => emptyChat(key, outgoingStore.of(key)));
  const { call, connection, subscribe, gaps } = gateway;
  const isConnected = connection.kind === 'connected';
  const inFlight = useRef(new Set<string>());
  /** Raised when a message should be offered again although the connection stayed. */
  const [again, setAgain] = useState(0);
  const latest = useRef(state);
  // What comes in is known at once, and not when it is drawn.
  const dispatch = useCallback((action: ChatAction): void => {
    latest.current = reduceChat(latest.current, action);
    enact(action);
  }, []);

  const read = useCallback(
    async (part: HistoryPart, place: { before?: number; after?: number; around?: number; limit: number }) => {
      try {
        const { sessionId } = latest.current;
        const known = await knownTexts(part === 'older' ? [] : latest.current.runs);
        const readAt = async (at: typeof place): Promise<HistoryPayload> => {
          const named = known.size === 0 ? {} : { known: [...known.keys()] };
          return filledIn(await call<HistoryPayload>('chat.history', { sessionKey, ...at, ...named }), known);
        };
        const payload = await readAt(place);
        // A conversation that was begun anew under its key has nothing to do with what is shown.
        const isOther = part === 'newer' && payload.sessionId !== sessionId;
        const whole = isOther ? await readAt({ limit: FIRST }) : undefined;
        dispatch({ type: 'history', payload: whole ?? payload, part: whole ? 'whole' : part, sessionKey });
      } catch (error) {
        if (error instanceof CallError && !error.isUnknown)
          dispatch({ type: 'history-failed', error: error.message, sessionKey });
      }
    },
    [dispatch, call, sessionKey],
  );
  const readWhole = useCallback(() => read('whole', { limit: FIRST }), [read]);

  /** What has come since; the reader may be far from the end, and stays there. */
  const refresh = useCallback(async (): Promise<void> => {
    const { loaded, hasNewer, loadError } = latest.current;
    const last = lastSeq(latest.current);
    if (loaded && hasNewer) return;
    if (!loaded || last === undefined || loadError !== undefined)
      await read('whole', { limit: FIRST, ...(around === undefined || loaded ? {} : { around }) });
    else await read('newer', { after: last, limit: PAGE });
  }, [read, around]);

  const submit = useCallback(
    async (outgoing: Outgoing): Promise<void> => {
      if (inFlight.current.has(outgoing.id)) return;
      inFlight.current.add(outgoing.id);
      try {
        const files = outgoing.files ? await keptFiles.of(outgoingFilesOf(outgoing.id)) : [];
        if (files.length !== (outgoing.files?.length ?? 0)) throw new Error('Its files are gone. Attach them again.');
        const ack = await call<{ runId?: string; status?: string }>('chat.send', {
          sessionKey,
          message: outgoing.text,
          idempotencyKey: outgoing.id,
          ...(outgoing.steers ? { queueMode: 'steer' } : {}),
          ...(outgoing.insteadOf === undefined ? {} : { insteadOf: outgoing.insteadOf }),
          ...(files.length === 0 ? {} : { attachments: await attachmentsOf(files) }),
        });
        dispatch({ type: 'sent', id: outgoing.id });
        if (files.length > 0) void keptFiles.handOver(outgoingFilesOf(outgoing.id));
        // Answers such as those to "stop" have no run; a key that was used before has ended already.
        if (ack.status !== 'started') {
          if (ack.runId === undefined) dispatch({ type: 'discard', id: outgoing.id });
          await refresh();
        } else if (activeRuns(latest.current).length > 0) await refresh();
      } catch (error) {
        // Without an answer nobody knows whether it arrived: the same key is sent again when the connection is back.
        const wait = retryAfter(error);
        if (wait !== undefined) setTimeout(() => setAgain((count) => count + 1), wait);
        else dispatch({ type: 'send-failed', id: outgoing.id, error: messageOf(error) });
      } finally {
        inFlight.current.delete(outgoing.id);
      }
    },
    [dispatch, call, refresh, sessionKey],
  );

  useEffect(() => {
    for (const { role, __openclaw: facts } of state.messages)
      if (role === 'user' && facts?.runId !== undefined && facts.waiting !== true)
        keptFiles.letGo(outgoingFilesOf(facts.runId));
  }, [state.messages]);

  // First what streams from now on, then what has been so far: nothing falls in between.
  useEffect(() => {
    if (!isConnected) return undefined;
    call('sessions.messages.subscribe', { key: sessionKey }).then(refresh, refresh);
    return () => {
      call('sessions.messages.unsubscribe', { key: sessionKey }).catch(() => undefined);
    };
  }, [call, isConnected, gaps, refresh, sessionKey]);

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

  const flush = useAgentEvents(gateway, (events) => {
    dispatch({ type: 'streamed', events });
    // Somebody has said something elsewhere, or what was said here before the beginning was known waits for its end.
    const begun = events.some((event) => {
      if (!('stream' in event) || event.sessionKey !== sessionKey) return false;
      if (event.stream !== 'lifecycle' || event.data['phase'] !== 'start') return false;
      const { outgoing } = latest.current;
      const isKnown = outgoing.some(({ id, insteadOf }) => id === event.runId && insteadOf === undefined);
      return !isKnown || outgoing.some(({ id, state: kind }) => id !== event.runId && kind === 'sent');
    });
    if (begun) void refresh();
  });
  const isTorn = state.runs.some((run) => run.isTorn === true);
  useEffect(() => {
    if (isTorn) void refresh();
  }, [isTorn, refresh]);
  useEffect(
    () =>
      subscribe((frame) => {
        // It goes on from somewhere else: what is shown is another conversation.
        const { sessionKey: changed, reason } = (frame.payload ?? {}) as { sessionKey?: string; reason?: string };
        if (frame.event === 'sessions.changed' && changed === sessionKey && reason !== 'turn') void readWhole();
        if (frame.event !== 'chat') return;
        const event = frame.payload as ChatEvent;
        if (event.state === 'delta') return;
        flush();
        dispatch({ type: 'chat', event });
        if (event.sessionKey === sessionKey) void refresh();
      }),
    [dispatch, subscribe, flush, refresh, readWhole, sessionKey],
  );

  const send = useCallback(
    (text: string, { files = [], insteadOf, steers }: SendMore = {}): void => {
      const outgoing: Outgoing = {
        id: crypto.randomUUID(),
        text,
        at: Date.now(),
        state: 'sending',
        ...(steers ? { steers } : {}),
        ...(insteadOf === undefined ? {} : { insteadOf }),
        ...(files.length === 0 ? {} : { files: files.map(({ name, content }) => ({ name, size: content.size })) }),
      };
      dispatch({ type: 'send', outgoing });
      if (latest.current.hasNewer) void readWhole();
      void keptFiles.keep(outgoingFilesOf(outgoing.id), files).then(() => {
        if (isConnected) void submit(outgoing);
      });
    },
    [dispatch, isConnected, readWhole, submit],
  );
  const steer = useCallback(
    (text: string, files: readonly PickedFile[]): void => send(text, { files, steers: true }),
    [send],
  );

  const retry = useCallback(
    (id: string): void => {
      const known = latest.current.outgoing.find((entry) => entry.id === id);
      if (!known) return;
      const outgoing: Outgoing = { ...known, state: 'sending' };
      dispatch({ type: 'send', outgoing });
      if (isConnected) void submit(outgoing);
    },
    [dispatch, isConnected, submit],
  );

  const stop = useCallback((): void => {
    if (activeRuns(latest.current).length > 0) call('chat.abort', { sessionKey }).catch(() => undefined);
  }, [call, sessionKey]);

  const takeBack = useCallback(
    async (runId: string): Promise<boolean> => {
      const { aborted } = await call<{ aborted: boolean }>('chat.abort', { sessionKey, runId });
      if (aborted) keptFiles.letGo(outgoingFilesOf(runId));
      dispatch({ type: 'discard', id: runId });
      await refresh();
      return aborted;
    },
    [dispatch, call, refresh, sessionKey],
  );

  const readOn = useCallback(
    async (part: 'older' | 'newer'): Promise<void> => {
      const { messages, hasOlder, hasNewer } = latest.current;
      const first = seqOf(messages[0]);
      const last = lastSeq(latest.current);
      if (part === 'older' && hasOlder && first !== undefined) await read(part, { before: first, limit: PAGE });
      if (part === 'newer' && hasNewer && last !== undefined) await read(part, { after: last, limit: PAGE });
    },
    [read],
  );

  const readBack = useCallback(
    async (most: number): Promise<void> => {
      const held = (): number => latest.current.messages.length;
      for (let before = -1; latest.current.hasOlder && held() < most && held() !== before;) {
        before = held();
        await readOn('older');
      }
    },
    [readOn],
  );

  const discard = useCallback(
    (id: string): void => {
      void keptFiles.drop(outgoingFilesOf(id));
      dispatch({ type: 'discard', id });
    },
    [dispatch],
  );
  const reload = useCallback((): void => void readWhole(), [readWhole]);

  return { state, send, stop, retry, discard, takeBack, steer, readOn, readBack, reload };
}

const RETRY_MS = 1000;

/** Milliseconds until a message may be offered again; undefined when the gateway refused it. */
function retryAfter(error: unknown): number | undefined {
  if (!(error instanceof CallError)) return undefined;
  if (error.error.retryAfterMs !== undefined) return error.error.retryAfterMs;
  return error.isUnknown || error.error.retryable === true ? RETRY_MS : undefined;
}
