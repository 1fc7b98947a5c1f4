import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react';
import { Markdown } from '../../src/text/markdown';
import { type PageButton, type PageMessage, type Visit, history, listen, say, visit } from './page-client';

const RETRY_MS = 2000;
const TYPING_MS = 8000;
/** Whoever is further up than that reads there, and is left there. */
const NEAR_END_PX = 120;

interface Row extends PageMessage {
  /** Not on the gateway's disk yet. */
  pending?: boolean;
  buttons?: PageButton[][];
}

export function Page({ token }: { token: string }) {
  const [room, setRoom] = useState<Visit>();
  const [problem, setProblem] = useState('');
  const [rows, setRows] = useState<Row[]>([]);
  const [text, setText] = useState('');
  const [isTyping, setTyping] = useState(false);
  const [isConnected, setConnected] = useState(false);
  const talk = useRef<HTMLElement>(null);
  const followsEnd = useRef(true);

  useEffect(() => {
    visit(token).then(setRoom, (error: Error) => setProblem(error.message));
  }, [token]);

  useEffect(() => {
    if (!room) return;
    const stop = new AbortController();
    let typing: ReturnType<typeof setTimeout>;
    const put = (row: Row): void =>
      setRows((now) =>
        now.some(({ id }) => id === row.id)
          ? now.map((each) => (each.id === row.id ? { ...each, ...row } : each))
          : [...now, row],
      );
    const follow = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        await listen(
          room.pass,
          () => {
            setConnected(true);
            // What was said while nobody listened.
            history(room.pass).then(
              (messages) =>
                setRows((now) => [
                  ...messages,
                  ...now.filter(({ id, pending }) => pending && !messages.some((each) => each.id === id)),
                ]),
              () => undefined,
            );
          },
          (event) => {
            clearTimeout(typing);
            if (event.kind === 'typing') {
              setTyping(true);
              typing = setTimeout(() => setTyping(false), TYPING_MS);
              return;
            }
            setTyping(false);
            put({
              id: event.id,
              role: 'assistant',
              text: event.text,
              at: Date.now(),
              ...(event.buttons ? { buttons: event.buttons } : {}),
            });
          },
          stop.signal,
        ).catch(() => undefined);
        setConnected(false);
        await new Promise((next) => setTimeout(next, RETRY_MS));
      }
    };
    void follow();
    return () => stop.abort();
  }, [room]);

  useEffect(() => {
    const { current } = talk;
    if (current && followsEnd.current) current.scrollTop = current.scrollHeight;
  }, [rows, isTyping]);

  const send = useCallback(
    async (words: string) => {
      if (!room || words.trim() === '') return;
      const id = crypto.randomUUID();
      followsEnd.current = true;
      setRows((now) => [...now, { id, role: 'visitor', text: words, at: Date.now(), pending: true }]);
      setProblem('');
      try {
        await say(room.pass, id, words);
        setRows((now) => now.map((row) => (row.id === id ? { ...row, pending: false } : row)));
      } catch (error) {
        setRows((now) => now.filter((row) => row.id !== id));
        setText(words);
        setProblem((error as Error).message);
      }
    },
    [room],
  );
  const submit = (event: FormEvent | KeyboardEvent): void => {
    event.preventDefault();
    setText('');
    void send(text);
  };

  return (
    <main className="page">
      <header>
        <h1>{room?.name ?? t`Chat`}</h1>
        <span
          className={isConnected ? 'dot on' : 'dot'}
          role="status"
          aria-label={isConnected ? t`connected` : t`not connected`}
        />
      </header>
      <section
        className="talk"
        ref={talk}
        role="log"
        tabIndex={0}
        aria-label={t`Conversation`}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          followsEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
        }}
      >
        {room?.greeting && <Bubble role="assistant" text={room.greeting} />}
        {rows.map((row) => (
          <div key={row.id} className={row.pending ? 'pending' : undefined}>
            <Bubble role={row.role} text={row.text} />
            {row.buttons?.flat().map(({ label, says }) => (
              <button key={says} type="button" className="choice" onClick={() => void send(says)}>
                {label}
              </button>
            ))}
          </div>
        ))}
        {isTyping && (
          <p className="typing">
            <Trans>is writing …</Trans>
          </p>
        )}
      </section>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <form onSubmit={submit}>
        <textarea
          aria-label={t`Message`}
          placeholder={t`Write a message`}
          rows={2}
          dir="auto"
          value={text}
          disabled={!room}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
          }}
        />
        <button type="submit" disabled={!room || text.trim() === ''}>
          <Trans>Send</Trans>
        </button>
      </form>
    </main>
  );
}

function Bubble({ role, text }: { role: PageMessage['role']; text: string }) {
  return (
    <div className={`bubble ${role}`} dir="auto">
      {role === 'assistant' ? <Markdown text={text} /> : text}
    </div>
  );
}
