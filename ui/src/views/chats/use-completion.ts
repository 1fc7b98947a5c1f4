import { t } from '@lingui/core/macro';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useGateway } from '../../gateway/use-gateway';
import { announce } from '../../kit/announcer';
import {
  type Command,
  type Option,
  type Wanted,
  argumentOptions,
  commandOptions,
  wantedAt,
  withOption,
} from './completion';

const SETTLE_MS = 120;
const MOST_FILES = 20;

export interface Completion {
  options: readonly Option[];
  /** Index of the one that Enter takes. */
  active: number;
  choose(option: Option): void;
  close(): void;
  /** @returns whether the key was for the list */
  onKeyDown(event: KeyboardEvent): boolean;
}

interface CompletionOptions {
  sessionKey: string;
  text: string;
  caret: number;
  onText(text: string, caret: number): void;
}

/** Offers commands, their arguments and files while somebody writes. */
export function useCompletion({ sessionKey, text, caret, onText }: CompletionOptions): Completion {
  const { call } = useGateway();
  const [commands, setCommands] = useState<readonly Command[]>();
  const [files, setFiles] = useState<{ words: string; options: Option[] }>();
  const [closedAt, setClosedAt] = useState<string>();
  const [chosen, setChosen] = useState({ for: '', index: 0 });
  const wanted = wantedAt(text, caret);
  const kind = wanted?.kind;
  const words = wanted?.words ?? '';

  const needsCommands = (kind === 'command' || kind === 'argument') && commands === undefined;
  useEffect(() => {
    if (!needsCommands) return;
    call<{ commands: Command[] }>('commands.list', { sessionKey, scope: 'text' }).then(
      (found) => setCommands(found.commands),
      () => undefined,
    );
  }, [call, needsCommands, sessionKey]);

  useEffect(() => {
    if (kind !== 'file') return undefined;
    let isStale = false;
    const timer = setTimeout(() => {
      call<{ files: { path: string; name: string }[] }>('sessions.files.list', {
        key: sessionKey,
        limit: MOST_FILES,
        ...(words === '' ? {} : { search: words }),
      }).then(
        (found) => {
          if (!isStale) setFiles({ words, options: found.files.map(({ path }) => ({ value: path, label: path })) });
        },
        () => undefined,
      );
    }, SETTLE_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [call, kind, sessionKey, words]);

  const options = wanted && text !== closedAt ? optionsFor(wanted, commands ?? [], files) : [];
  const name = options.map(({ value }) => value).join('\n');
  const active = chosen.for === name ? chosen.index : 0;
  useEffect(() => {
    if (options.length > 0) announce(t`${options.length} suggestions; arrow keys choose.`);
    // Said once for each list, not for each move in it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [name]);

  const choose = (option: Option): void => {
    if (!wanted) return;
    const next = withOption(text, caret, wanted, option.value);
    onText(next.text, next.caret);
    if (wanted.kind !== 'command') setClosedAt(next.text);
  };
  const close = (): void => setClosedAt(text);

  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (options.length === 0 || event.nativeEvent.isComposing) return false;
    const move = (step: number): void =>
      setChosen({ for: name, index: (active + step + options.length) % options.length });
    const option = options[active];
    const isWhole = option !== undefined && option.value.trim() === text.trim();
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Escape') close();
    // What is written out already is sent by Enter.
    else if ((event.key === 'Tab' || (event.key === 'Enter' && !isWhole)) && !event.shiftKey && option) choose(option);
    else return false;
    event.preventDefault();
    return true;
  };
  return { options, active, choose, close, onKeyDown };
}

function optionsFor(
  wanted: Wanted,
  commands: readonly Command[],
  files: { words: string; options: Option[] } | undefined,
): Option[] {
  if (wanted.kind === 'command') return commandOptions(commands, wanted.words);
  if (wanted.kind === 'argument') return argumentOptions(commands, wanted);
  return files?.options.filter(({ value }) => value.toLowerCase().includes(wanted.words.toLowerCase())) ?? [];
}
