import { type BlockRules, blockEnd } from './block-end';

const RULES: BlockRules = { minChars: 20, maxChars: 60, idleMs: 0, breakPreference: 'paragraph' };
const first = (text: string, rules: Partial<BlockRules> = {}, isAtRest = false): string | undefined => {
  const end = blockEnd(text, { ...RULES, ...rules }, isAtRest);
  return end === undefined ? undefined : text.slice(0, end);
};

describe('the first block of a growing text', () => {
  it.each([
    ['too short', 'One.\n\nTwo.', undefined],
    ['no break yet', 'A line that goes on and on and', undefined],
    ['a paragraph', 'A first paragraph, done.\n\nAnd', 'A first paragraph, done.\n\n'],
    [
      'as many paragraphs as fit',
      'A first one, done now.\n\nA second one.\n\nAnd',
      'A first one, done now.\n\nA second one.\n\n',
    ],
    ['none within the least', 'Short.\n\nThen a long one that goes on', undefined],
    [
      'a line where no paragraph fits',
      'First line of a long list of things\nsecond line that makes it too long to wait',
      'First line of a long list of things\n',
    ],
    [
      'a sentence where no line fits',
      'This is a sentence of some length. And this is another one that goes on',
      'This is a sentence of some length. ',
    ],
    ['never in code', '```js\nconst a = 1;\n\nconst b = 2;\n\nconst c = 3;\n\nconst d = 4;\n\nconst e', undefined],
    [
      'a fence that only looks like an end is none',
      '```js\nconst a = 1;\n``` no end\n\nb();\n\nconst c = 3;\n\nconst',
      undefined,
    ],
    [
      'never in an emphasis that has only begun',
      'A first line of text. And **a bold one that.\ngoes on and on and on and on',
      'A first line of text. ',
    ],
    [
      'never in a link',
      'A line of text that is here. See [the long.\nlabel](https://a.b/c) of it',
      'A line of text that is here. ',
    ],
    ['after a paragraph with brackets', '[bot] A paragraph, done.\n\nAnd', '[bot] A paragraph, done.\n\n'],
    [
      'after a paragraph with a mark in a word',
      'The file my_name.txt is there.\n\nAnd',
      'The file my_name.txt is there.\n\n',
    ],
    ['after code', '```js\nconst a = 1;\n\nb();\n```\n\nAnd', '```js\nconst a = 1;\n\nb();\n```\n\n'],
  ])('%s', (_, text, block) => {
    expect(first(text)).toBe(block);
  });

  it('is cut where one prefers', () => {
    expect(first('A first line, that is done.\nAnd', { breakPreference: 'newline' })).toBe(
      'A first line, that is done.\n',
    );
  });

  it('is told when nothing more comes, at a paragraph only', () => {
    expect(first('Short.\n\nAnd', {}, true)).toBe('Short.\n\n');
    expect(first('Short, but not yet at its end', {}, true)).toBeUndefined();
  });
});
