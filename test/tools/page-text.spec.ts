import { extractPage } from '../../src/tools/web/extract-page';

const page = (body: string): string =>
  `<html><head><title>Manual</title></head><body><article>${body}<p>${'More words follow here. '.repeat(20)}</p></article></body></html>`;
const textOf = async (body: string, mode: 'markdown' | 'text'): Promise<string> =>
  (await extractPage({ html: page(body), url: 'https://example.com/manual', mode }, new AbortController().signal)).text;

describe('the text of a page without marks', () => {
  it('has the words as they stand, and nothing of the marks', async () => {
    const text = await textOf(
      '<h2>Set up</h2><p>Set <code>FOO__BAR__BAZ</code> or snake_case_name and 2*3*4, see <a href="/a_(b)">the <b>whole</b> list</a>.</p>' +
        '<ul><li>first *item*</li><li>second</li></ul><pre><code>a_b = `c` * d</code></pre>',
      'text',
    );
    for (const words of [
      'Set up',
      'FOO__BAR__BAZ',
      'snake_case_name',
      '2*3*4',
      'the whole list.',
      'first *item*',
      'a_b = `c` * d',
    ])
      expect(text).toContain(words);
    for (const mark of ['##', '](', '**', '```', '\\_']) expect(text).not.toContain(mark);
  });

  it('keeps the marks where they are asked for', async () => {
    expect(await textOf('<h2>Set up</h2><p><a href="/x">the list</a></p>', 'markdown')).toMatch(
      /## Set up[^]*\[the list\]\(/,
    );
  });
});
