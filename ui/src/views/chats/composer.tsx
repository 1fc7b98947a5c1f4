import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { Button } from '../../kit/button';
import { AttachedFiles } from './attached';
import { drafts } from './drafts';
import type { PickedFile } from './kept-files';
import { Suggestions, optionId } from './suggestions';
import { useCompletion } from './use-completion';
import { usePickedFiles } from './use-picked-files';
import css from './composer.module.css';

/** A text that comes into the field, such as a waiting message that is edited. */
export interface GivenText {
  text: string;
  /** What goes with it. */
  files?: readonly PickedFile[];
  /** It takes the place of what stands in the field. */
  replaces?: boolean;
}

interface ComposerProps {
  sessionKey: string;
  running: boolean;
  onSend(text: string, files: readonly PickedFile[]): void;
  onStop(): void;
  given: GivenText | undefined;
  /** What is said now takes the place of an earlier message; the draft with its files waits until that is done. */
  isEdit: boolean;
  /** Brings the last message back to be said anew; absent where there is none, or it is being answered. */
  onEditLast?: (() => void) | undefined;
  onCancelEdit(): void;
}

const MAX_HEIGHT_PX = 220;
/** Where there is no keyboard to hold a key down on, Enter begins a line. */
const isTouch = (): boolean => window.matchMedia('(pointer: coarse)').matches;

export function Composer({
  sessionKey,
  running,
  onSend,
  onStop,
  given,
  isEdit,
  onCancelEdit,
  onEditLast,
}: ComposerProps) {
  const [text, setText] = useState(() => drafts.of(sessionKey));
  const [caret, setCaret] = useState(text.length);
  const [taken, setTaken] = useState(given);
  /** The draft, while an earlier message is edited. */
  const [aside, setAside] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const wantedCaret = useRef<number>(undefined);
  const picked = usePickedFiles(sessionKey);
  const { files, give: giveFiles, setAside: setFilesAside, bringBack: bringFilesBack } = picked;
  const listId = useId();
  if (isEdit !== (aside !== undefined)) {
    setAside(isEdit ? text : undefined);
    if (aside !== undefined) {
      setText(aside);
      setCaret(aside.length);
    }
  }
  if (given !== taken) {
    setTaken(given);
    if (given)
      setText([given.replaces ? '' : text.trimEnd(), given.text].filter((each) => each.trim() !== '').join('\n'));
  }
  const completion = useCompletion({
    sessionKey,
    text,
    caret,
    onText: (next, at) => {
      setText(next);
      setCaret(at);
      wantedCaret.current = at;
    },
  });
  const isOpen = completion.options.length > 0;

  const draft = aside ?? text;
  useEffect(() => drafts.keep(sessionKey, draft), [sessionKey, draft]);

  useLayoutEffect(() => {
    if (!isEdit) return undefined;
    setFilesAside();
    return bringFilesBack;
  }, [isEdit, given, setFilesAside, bringFilesBack]);

  useEffect(() => {
    if (!isTouch()) field.current?.focus();
  }, [given]);
  useEffect(() => {
    if (given?.files?.length) giveFiles(given.files);
  }, [given, giveFiles]);

  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    current.style.height = 'auto';
    current.style.height = `${Math.min(current.scrollHeight + 2, MAX_HEIGHT_PX)}px`;
    if (wantedCaret.current !== undefined) current.setSelectionRange(wantedCaret.current, wantedCaret.current);
    wantedCaret.current = undefined;
  }, [text]);

  const isNothing = text.trim() === '' && files.length === 0;
  const submit = (): void => {
    if (isNothing) return;
    onSend(text.trim(), files);
    if (!isEdit) {
      setText('');
      setCaret(0);
      picked.clear();
    }
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (completion.onKeyDown(event)) return;
    const { key, nativeEvent, shiftKey, ctrlKey, metaKey } = event;
    if (key === 'Enter' && !nativeEvent.isComposing && !shiftKey && (!isTouch() || ctrlKey || metaKey)) {
      event.preventDefault();
      submit();
    }
    if (key === 'ArrowUp' && isNothing && text === '' && !isEdit && onEditLast) {
      event.preventDefault();
      onEditLast();
    }
    if (key === 'Escape' && isEdit) onCancelEdit();
    else if (key === 'Escape' && running) onStop();
  };

  return (
    <form
      className={css['composer']}
      data-over={picked.isOver}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Suggestions id={listId} completion={completion} />
      {picked.isOver && (
        <p className={css['drop']}>
          <Trans>Drop it here to attach it</Trans>
        </p>
      )}
      {isEdit && (
        <p className={css['edit']}>
          <span>
            <Trans>Replaces the earlier message. The conversation so far is kept as an earlier version.</Trans>
          </span>
          <Button look="quiet" onClick={onCancelEdit}>
            <Trans>Cancel</Trans>
          </Button>
        </p>
      )}
      <AttachedFiles files={files} onRemove={picked.remove} />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={t`Files to attach`}
        onChange={(event) => {
          picked.add([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <Button look="quiet" icon="clip" aria-label={t`Attach files`} onClick={() => picker.current?.click()} />
      <textarea
        ref={field}
        data-message-field
        rows={1}
        value={text}
        dir="auto"
        placeholder={t`Write a message`}
        aria-label={t`Message`}
        aria-autocomplete="list"
        aria-controls={isOpen ? listId : undefined}
        aria-activedescendant={isOpen ? optionId(listId, completion.active) : undefined}
        enterKeyHint={isTouch() ? 'enter' : 'send'}
        onChange={(event) => {
          setText(event.target.value);
          setCaret(event.target.selectionStart);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onBlur={completion.close}
        onPaste={(event) => {
          const pasted = [...event.clipboardData.files];
          if (pasted.length === 0) return;
          event.preventDefault();
          picked.add(pasted);
        }}
        onKeyDown={onKeyDown}
      />
      {running && (
        <Button look="danger" onClick={onStop} title={t`Stop (Esc)`}>
          <Trans>Stop</Trans>
        </Button>
      )}
      <Button type="submit" look="primary" disabled={isNothing}>
        <Trans>Send</Trans>
      </Button>
    </form>
  );
}
