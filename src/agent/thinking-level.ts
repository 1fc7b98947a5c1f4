import { THINKING_LEVELS, type ThinkingLevel } from './agents.config';

/** Words for levels of thinking, as people and models write them. */
export const THINKING_WORDS: Readonly<Record<string, ThinkingLevel>> = {
  ...Object.fromEntries(THINKING_LEVELS.map((level) => [level, level])),
  on: 'low',
  none: 'off',
  min: 'minimal',
  think: 'low',
  mid: 'medium',
  med: 'medium',
  harder: 'medium',
  max: 'high',
  ultra: 'high',
  highest: 'high',
  xhi: 'xhigh',
  'x-high': 'xhigh',
};

/** The level that a word means; undefined for one that means none. */
export function thinkingLevelOf(word: string): ThinkingLevel | undefined {
  const known = word.trim().toLowerCase();
  return Object.hasOwn(THINKING_WORDS, known) ? THINKING_WORDS[known] : undefined;
}

/** Says which words there are. */
export const noThinkingLevel = (word: string): string =>
  `${JSON.stringify(word)} is no level of thinking; write ${THINKING_LEVELS.join(', ')}`;
