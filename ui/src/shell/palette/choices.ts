import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { addressOf, goTo } from '../../kit/place';
import { ROUTES } from '../routes';

export interface Choice {
  id: string;
  words: string;
  /** What sort of thing it is, in words. */
  kind: string;
  /** Other words by which it is found. */
  alike?: readonly string[];
  act(): void;
}

const views = (): Choice[] =>
  ROUTES.map(({ view, words, formerly }) => ({
    id: `view ${view}`,
    words: i18n._(words),
    kind: t`View`,
    ...(formerly ? { alike: formerly } : {}),
    act: () => goTo(addressOf(view)),
  }));

/** Views and actions in which all words are found; those that begin so stand first. */
export function chosenOf(actions: readonly Choice[], text: string): Choice[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rankOf = ({ words, alike = [] }: Choice): number => {
    const name = words.toLowerCase();
    const all = [name, ...alike].join(' ');
    if (!wanted.every((word) => all.includes(word))) return 2;
    return name.startsWith(wanted[0] ?? '') ? 0 : 1;
  };
  return [...views(), ...actions]
    .map((choice) => ({ choice, rank: rankOf(choice) }))
    .filter(({ rank }) => rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .map(({ choice }) => choice);
}
