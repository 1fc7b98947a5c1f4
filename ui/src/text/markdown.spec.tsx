import fc from 'fast-check';
import { decode } from 'html-entities';
import { markupOf } from '../../test/markup-of';
import { type MarkupElement, readMarkup } from '../../../test/harness/static-markup';
import { entityNames, withoutEntities } from './entities';
import { HIDING_TEXTS, HOSTILE_MARKUP } from './hostile-texts';
import { GrowingMarkdown, Markdown } from './markdown';
import { GrowingBlocks, blocksOf } from './read-blocks';
import { SafeText } from './safe-text';

const html = (text: string): string => markupOf(<Markdown text={text} />);
const page = (text: string): MarkupElement => readMarkup(html(text));
const words = (text: string): string => page(text).text;

const ELEMENTS =
  'div p h3 h4 h5 h6 ul ol li input blockquote table thead tbody tr th td hr br a strong em del code pre figure figcaption button span mark'.split(
    ' ',
  );
const ATTRIBUTES =
  'class dir href target rel title data-level data-task data-align data-wraps data-change scope tabindex role type aria-pressed aria-live aria-label aria-expanded start checked readonly disabled'.split(
    ' ',
  );

function expectHarmless(text: string): void {
  for (const element of page(text).all()) {
    expect([text, element.tag, ELEMENTS.includes(element.tag)]).toEqual([text, element.tag, true]);
    for (const [name, value] of element.attributes) {
      expect([text, name, ATTRIBUTES.includes(name)]).toEqual([text, name, true]);
      if (name === 'href') expect(value).toMatch(/^(https?:|mailto:)/);
    }
  }
}

describe('Markdown as elements', () => {
  it(`makes nothing but text of ${HOSTILE_MARKUP.length} hostile texts`, () => {
    expect(HOSTILE_MARKUP.length).toBeGreaterThanOrEqual(100);
    for (const text of HOSTILE_MARKUP) expectHarmless(text);
  });

  it('shows formulas as they were written, and emphasis of scripts without blanks', () => {
    expect(words('It is \\(a*b*c\\), $\\int x\\,dx$')).toContain('\\(a*b*c\\), $\\int x\\,dx$');
    expect(html('$$\na + b = \\,c\n$$')).toContain('a + b = \\,c');
    expect(html('这是**重要。**的')).toContain('<strong>重要。</strong>');
    expect(html('3~5 days, 7~10 weeks')).not.toContain('<del>');
  });

  it('makes nothing but known elements of anything', () => {
    const pieces = fc.constantFrom(
      ...HOSTILE_MARKUP,
      '\n',
      '\n\n',
      '> ',
      '- ',
      '1. ',
      '`',
      '```',
      '*',
      '_',
      '[',
      '](',
      ')',
      '<',
      '>',
      '|',
      '\\',
      '&lt;',
      'x ',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => expectHarmless(parts.join(''))),
      { numRuns: 150 },
    );
  });

  it('loses no word that stands in angle brackets', () => {
    const said = 'Use Array<string> or <Button label="x"> and List<T>, then `read <file>` or <read file>.';
    expect(words(said)).toBe(said.replaceAll('`', ''));
    expect(words('<div>only markup</div>')).toBe('<div>only markup</div>');
  });

  it('shows tables with their alignment, boxes of tasks, and pictures as links', () => {
    const table = page('| a | b |\n|:-:|--:|\n| x<br>y | 15.00 |');
    expect(table.all('td').map((cell) => cell.attributes.get('data-align'))).toEqual(['center', 'right']);
    expect(table.all('br')).toHaveLength(1);
    const tasks = page('- [x] done\n- [ ] open\n- plain');
    expect(tasks.all('input').map((box) => box.attributes.has('checked'))).toEqual([true, false]);
    expect(tasks.text).not.toContain('[');
    const picture = page('![a cat](https://pictures.example/cat.png)');
    expect(picture.all('img')).toEqual([]);
    expect(picture.text).toBe('picture “a cat” from pictures.example');
  });

  it('says where a link leads that looks like another address', () => {
    expect(words('[https://bank.example](https://evil.example/x)')).toBe(
      'https://bank.example (leads to evil.example)',
    );
    expect(words('[bank.example](https://bank.example/in)')).toBe('bank.example');
    expect(words('[the bank](https://evil.example)')).toBe('the bank');
  });

  it('gives each block the direction of its own words', () => {
    const arabic = page('مرحبا **بك**\n\n1. واحد\n2. اثنان\n\n| أ |\n| - |\n| ب |');
    expect(arabic.all('p')[0]?.attributes.get('dir')).toBe('auto');
    expect(arabic.all('ol')[0]?.attributes.get('dir')).toBe('rtl');
    expect(
      arabic
        .all('div')
        .find(({ attributes }) => attributes.get('role') === 'group')
        ?.attributes.get('dir'),
    ).toBe('rtl');
    expect(page('- one').all('ul')[0]?.attributes.get('dir')).toBe('ltr');
  });

  it('names the language of code, keeps it as it was written, and folds what is long', () => {
    const code = page('```ts\nconst a: Array<string> = [];\n```');
    expect(code.all('span')[0]?.text).toBe('ts');
    expect(code.all('pre')[0]?.text).toBe('const a: Array<string> = [];');
    const long = page(`\`\`\`\n${Array.from({ length: 100 }, (_, line) => `line ${line}`).join('\n')}\n\`\`\``);
    expect(long.all('pre')[0]?.text).not.toContain('line 50');
    expect(long.text).toContain('Show all 100 lines');
  });

  it('spells out what would turn an answer around', () => {
    expect(words('evil \u202Egnp.exe and `code \u2066x`')).toBe('evil ⟨U+202E⟩gnp.exe and code ⟨U+2066⟩x');
  });

  it('shows what is nested without end instead of failing', () => {
    for (const text of [
      '>'.repeat(3000) + ' deep',
      `${'- '.repeat(600)}deep`,
      `${'*'.repeat(5000)}deep`,
      '['.repeat(3000) + 'deep',
    ])
      expect(words(text)).toContain('deep');
  });

  it('knows the characters by their names as browsers do', () => {
    expect(entityNames().length).toBeGreaterThan(200);
    for (const name of entityNames()) expect([name, withoutEntities(`&${name};`)]).toEqual([name, decode(`&${name};`)]);
    expect(withoutEntities('&#65;&#x42;&unknown;&#0;&#xD800; & co')).toBe('AB&unknown;\ufffd\ufffd & co');
  });
});

describe('Markdown that grows', () => {
  const TEXT =
    '# Title\n\nSome *words* here\nand there.\n\n- one\n- two\n\n  still two\n\n```js\nlet a = 1;\n\nlet b;\n```\n\n> quote\ngoes on\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nLast <b>words</b>.\n\n1. x\n2. y\n';

  it('shows at each moment what the whole text up to there shows', () => {
    const reader = new GrowingBlocks();
    for (let end = 1; end <= TEXT.length; end++) {
      const text = TEXT.slice(0, end);
      expect([text, reader.of(text)]).toEqual([text, blocksOf(text)]);
    }
  });

  it('keeps what is settled as it is, and reads a text that became another anew', () => {
    const reader = new GrowingBlocks();
    const first = reader.of('one\n\ntwo\n\nthree');
    const second = reader.of('one\n\ntwo\n\nthree and more');
    expect(second[0]).toBe(first[0]);
    expect(second[1]).toBe(first[1]);
    expect(reader.of('other')).toEqual(blocksOf('other'));
  });

  it('draws the same as a text that is whole', () => {
    expect(markupOf(<GrowingMarkdown text={TEXT} />)).toBe(html(TEXT));
  });
});

describe('text of others', () => {
  it(`shows what hides in ${HIDING_TEXTS.length} names and commands, and none is longer than its place`, () => {
    expect(HIDING_TEXTS.length).toBeGreaterThanOrEqual(50);
    for (const { text, hides } of HIDING_TEXTS) {
      const shownAs = readMarkup(markupOf(<SafeText text={text} max={80} />));
      const shown = shownAs.text;
      if (hides !== undefined && text.length < 80) {
        const spelt = `⟨U+${hides.toString(16).toUpperCase().padStart(4, '0')}⟩`;
        expect(shownAs.all('mark').map((mark) => mark.text)).toContain(spelt);
        expect(shown).not.toContain(String.fromCodePoint(hides));
      }
      expect([...shown.replace(/⟨U\+[0-9A-F]+⟩/g, '.')].length).toBeLessThanOrEqual(81);
    }
  });
});
