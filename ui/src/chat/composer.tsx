import { type KeyboardEvent, useEffect, useRef, useState } from 'react';

interface ComposerProps {
  disabled: boolean;
  running: boolean;
  onSend(text: string): void;
  onStop(): void;
}

const MAX_HEIGHT_PX = 220;

export function Composer({ disabled, running, onSend, onStop }: ComposerProps) {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    const { current } = field;
    if (!current) return;
    current.style.height = 'auto';
    current.style.height = `${Math.min(current.scrollHeight, MAX_HEIGHT_PX)}px`;
  }, [text]);

  const submit = (): void => {
    if (text.trim() === '' || disabled) return;
    onSend(text.trim());
    setText('');
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      submit();
    }
    if (event.key === 'Escape' && running) onStop();
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        value={text}
        placeholder="Write a message"
        aria-label="Message"
        disabled={disabled}
        autoFocus
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {running && (
        <button type="button" className="stop" onClick={onStop} title="Stop (Esc)">
          Stop
        </button>
      )}
      <button type="submit" className="primary" disabled={disabled || text.trim() === ''}>
        Send
      </button>
    </form>
  );
}
