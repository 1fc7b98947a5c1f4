import { markupOf } from '../../test/markup-of';
import { readMarkup } from '../../../test/harness/static-markup';
import { Diff } from './diff';

const rows = (text: string): (string | undefined)[][] =>
  readMarkup(markupOf(<Diff text={text} label="Changes" />))
    .all('li')
    .map((row) => [row.attributes.get('data-kind'), row.text]);

const HEAD = 'Index: a\n===\n--- a\tnow\n+++ a\tchanged\n';

describe('a diff', () => {
  it('shows changed lines that begin like its head, and not the head', () => {
    expect(rows(`${HEAD}@@ -1,2 +1,2 @@\n--- old rule\n+++ new rule\n same\n\\ No newline at end of file\n`)).toEqual([
      ['gap', '⋯'],
      ['out', '-out: -- old rule'],
      ['in', '+in: ++ new rule'],
      ['same', ' same'],
    ]);
  });

  it('says that nothing changes where there is only a head', () => {
    expect(rows(HEAD)).toEqual([]);
    expect(markupOf(<Diff text={HEAD} label="Changes" />)).toContain('Nothing changes.');
  });
});
