import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Button } from '../../kit/button';
import { drafts } from './drafts';
import css from './composer.module.css';

interface ComposerProps {
  sessionKey: string;
  running: boolean;
  onSend(text: string): void;
  onStop(): void;
  /** A text that comes into the field, such as a waiting message that is edited. */
  given: { text: string } | undefined;
}

const MAX_HEIGHT_PX = 220;
/** Where there is no keyboard to hold a key down on, Enter begins a line. */
const isTouch = (): boolean => window.matchMedia('(pointer: coarse)').matches;

export function Composer({ sessionKey, running, onSend, onStop, given }: ComposerProps) {
  const [text, setText] = useState(() => drafts.of(sessionKey));
  const [taken, setTaken] = useState(given);
  const field = useRef<HTMLTextAreaElement>(null);
  if (given !== taken) {
    setTaken(given);
    if (given) setText(text.trim() === '' ? given.text : `${text}\n${given.text}`);
  }

  useEffect(() => drafts.keep(sessionKey, text), [sessionKey, text]);

  useEffect(() => {
    if (!isTouch()) field.current?.focus();
  }, [given]);

  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    current.style.height = 'auto';
    current.style.height = `${Math.min(current.scrollHeight + 2, MAX_HEIGHT_PX)}px`;
  }, [text]);

  const submit = (): void => {
    if (text.trim() === '') return;
    onSend(text.trim());
    setText('');
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const { key, nativeEvent, shiftKey, ctrlKey, metaKey } = event;
    if (key === 'Enter' && !nativeEvent.isComposing && !shiftKey && (!isTouch() || ctrlKey || metaKey)) {
      event.preventDefault();
      submit();
    }
    if (key === 'Escape' && running) onStop();
  };

  return (
    <form
      className={css['composer']}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        value={text}
        dir="auto"
        placeholder="Write a message"
        aria-label="Message"
        enterKeyHint={isTouch() ? 'enter' : 'send'}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {running && (
        <Button look="danger" onClick={onStop} title="Stop (Esc)">
          Stop
        </Button>
      )}
      <Button type="submit" look="primary" disabled={text.trim() === ''}>
        Send
      </Button>
    </form>
  );
}
