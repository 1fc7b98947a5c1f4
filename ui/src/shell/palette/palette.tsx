import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { titleOf } from '../../gateway/session-names';
import { useGateway } from '../../gateway/use-gateway';
import { classes } from '../../kit/classes';
import { Dialog } from '../../kit/dialog';
import { SafeText } from '../../text/safe-text';
import { type Choice, chosenOf } from './choices';
import { overPage } from './over-page';
import { type FoundSession, useFoundSessions } from './use-found-sessions';
import { addressOf, goTo } from '../../kit/place';
import css from './palette.module.css';

const MAX_TEXT = 80;

interface PaletteProps {
  /** What can be done besides going somewhere. */
  actions: readonly Choice[];
  onClose(): void;
}

/** One field that leads to every view, conversation and action. */
export default function Palette({ actions, onClose }: PaletteProps) {
  const { call } = useGateway();
  const [words, setWords] = useState(overPage.typed);
  const [at, setAt] = useState({ words: '', index: 0 });
  const found = useFoundSessions(call, words.trim());
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const choices = [...chosenOf(actions, words), ...found.map(sessionChoice)];
  const active = at.words === words ? Math.min(at.index, choices.length - 1) : 0;
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const take = (choice: Choice | undefined): void => {
    if (!choice) return;
    onClose();
    choice.act();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = (step: number): void =>
      setAt({ words, index: (active + step + choices.length) % Math.max(1, choices.length) });
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) take(choices[active]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog title={t`Go to`} onClose={onClose}>
      <input
        type="text"
        role="combobox"
        className={css['field']}
        aria-label={t`View, conversation or action`}
        placeholder={t`View, conversation or action`}
        aria-expanded={choices.length > 0}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={choices.length > 0 ? `${id}-${active}` : undefined}
        ref={field}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <ul ref={list} id={id} role="listbox" aria-label={t`Found`} className={css['list']}>
        {choices.map((choice, index) => (
          <li
            key={choice.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            className={classes(index === active && css['active'])}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(choice)}
          >
            <SafeText text={choice.words} max={MAX_TEXT} />
            <small>{choice.kind}</small>
          </li>
        ))}
      </ul>
      {choices.length === 0 && (
        <p className={css['none']}>
          <Trans>No match</Trans>
        </p>
      )}
    </Dialog>
  );
}

const sessionChoice = (session: FoundSession): Choice => ({
  id: session.key,
  words: titleOf(session),
  kind: t`Conversation`,
  act: () => goTo(addressOf('chats', { s: session.key })),
});
