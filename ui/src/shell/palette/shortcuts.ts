import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { ROUTES } from '../routes';

/** Keys that lead somewhere, for those who know them and for the overview. */
export interface Shortcut {
  /** As it is written: `Ctrl K`, or keys one after the other: `g h`. */
  keys: string;
  words: string;
}

/** Second key of `g` for each view that has one: the first letter of it that is still free. */
export const VIEW_KEYS: ReadonlyMap<string, string> = new Map(
  ROUTES.reduce<[string, string][]>((taken, { view }) => {
    const free = [...view].find((letter) => !taken.some(([, key]) => key === letter));
    return free === undefined ? taken : [...taken, [view, free]];
  }, []),
);

export const PALETTE_KEYS = /mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K';

export const shortcuts = (): Shortcut[] => [
  { keys: PALETTE_KEYS, words: t`Find a view, a conversation, or something to do` },
  { keys: '?', words: t`This overview` },
  { keys: 'n', words: t`New conversation` },
  { keys: '/', words: t`To the message field` },
  { keys: 'Esc', words: t`Stop the answer, where the message field has the focus` },
  { keys: 'Enter', words: t`Send; with Shift a new line` },
  { keys: '↑', words: t`Send the last message again, where the message field is empty` },
  ...ROUTES.flatMap(({ view, words }) => {
    const key = VIEW_KEYS.get(view);
    return key === undefined ? [] : [{ keys: `g ${key}`, words: i18n._(words) }];
  }),
];
