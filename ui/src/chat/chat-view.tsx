import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { Gateway } from '../gateway/use-gateway';
import { rowsOf } from './chat-rows';
import { activeRuns } from './chat-state';
import { Composer } from './composer';
import { MessageRow, OutgoingRow, RunRow } from './message-row';
import { useChat } from './use-chat';

/** Pixels from the end within which new text keeps scrolling into view. */
const NEAR_END_PX = 120;

interface ChatViewProps {
  gateway: Gateway;
  sessionKey: string;
  isOffline: boolean;
}

export function ChatView({ gateway, sessionKey, isOffline }: ChatViewProps) {
  const chat = useChat(gateway, sessionKey);
  const { state } = chat;
  const rows = useMemo(() => rowsOf(state.messages), [state.messages]);
  const list = useRef<HTMLDivElement>(null);
  const followsEnd = useRef(true);

  useLayoutEffect(() => {
    const { current } = list;
    if (current && followsEnd.current) current.scrollTop = current.scrollHeight;
  }, [rows, state.outgoing, state.runs]);

  useEffect(() => {
    followsEnd.current = true;
  }, [sessionKey]);

  const onScroll = (): void => {
    const { current } = list;
    if (current) followsEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR_END_PX;
  };

  const isEmpty = state.loaded && rows.length === 0 && state.outgoing.length === 0 && state.runs.length === 0;
  return (
    <section className="chat" aria-label="Chat">
      <div className="messages" ref={list} onScroll={onScroll} role="log" aria-live="polite">
        {!state.loaded && !state.loadError && <p className="hint">Loading …</p>}
        {state.loadError && <p className="note">The history can't be shown: {state.loadError}</p>}
        {isEmpty && (
          <div className="hint welcome">
            <h2>Say something</h2>
            {isOffline && (
              <p>
                No language model is connected, so the offline assistant answers;{' '}
                <button onClick={() => chat.send('help')}>help</button> lists what it understands.
              </p>
            )}
          </div>
        )}
        {rows.map((row) => (
          <MessageRow key={row.key} row={row} />
        ))}
        {state.outgoing.map((outgoing) => (
          <OutgoingRow
            key={outgoing.id}
            outgoing={outgoing}
            onRetry={() => chat.retry(outgoing.id)}
            onDiscard={() => chat.discard(outgoing.id)}
          />
        ))}
        {state.runs.map((run) => (
          <RunRow key={run.id} run={run} />
        ))}
      </div>
      <Composer disabled={false} running={activeRuns(state).length > 0} onSend={chat.send} onStop={chat.stop} />
    </section>
  );
}
