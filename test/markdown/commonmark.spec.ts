import { tests } from 'commonmark-spec';
import { plainWords } from '../../src/common/markdown/render-markdown';
import { withoutBlanks, wordsOfHtml } from '../harness/visible-words';

/** Whether the characters of the first text stand in the second, in their order. */
function isIn(part: string, whole: string): boolean {
  let at = 0;
  for (const character of part) {
    at = whole.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

describe('the examples of the CommonMark specification', () => {
  it('are all there', () => expect(tests.length).toBeGreaterThan(600));

  it.each(tests.map((test) => [test.number, test.section, test] as const))(
    'no. %i (%s) is read without loss',
    (_, __, { markdown, html }) => {
      const visible = wordsOfHtml(html.replaceAll('→', '\t'));
      const shown = withoutBlanks(plainWords(markdown.replaceAll('→', '\t')));
      expect([shown, isIn(visible, shown)]).toEqual([shown, true]);
    },
  );
});
