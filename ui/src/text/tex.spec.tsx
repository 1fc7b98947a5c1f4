import { HOSTILE_MARKUP } from './hostile-texts';
import { type MathElement, readTex } from './tex';

const flat = (element: MathElement): MathElement[] => [
  element,
  ...element.children.flatMap((child) => (typeof child === 'string' ? [] : flat(child))),
];
const words = ({ children }: MathElement): string =>
  children.map((child) => (typeof child === 'string' ? child : words(child))).join('');

describe('formulas', () => {
  it.each([
    ['$x^2$', 'msup', 'x2'],
    ['\\(\\frac{a}{b}\\)', 'mfrac', 'ab'],
    ['$$\\sqrt{2}$$', 'msqrt', '2'],
    ['\\[\n\\int_0^1 f(x)\\,dx\n\\]', 'msubsup', '∫01f(x)dx'],
    ['$$\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}$$', 'mtable', '1234'],
  ])('%s is read', (raw, name, text) => {
    const found = readTex(raw);
    expect(found?.name).toBe('math');
    expect(flat(found as MathElement).map((each) => each.name)).toContain(name);
    expect(words(found as MathElement).replace(/[\s\u200b-\u2064()]/g, '')).toBe(text.replace(/[()]/g, ''));
  });

  it('that stand alone are drawn wide, others in their line', () => {
    expect(readTex('$$x^2$$')?.attributes['display']).toBe('block');
    expect(readTex('$x^2$')?.attributes['display']).toBeUndefined();
  });

  it('that can not be read are none', () => {
    for (const raw of ['$\\frac{$', '$\\nosuchcommand{x}$', `$${'x^'.repeat(5000)}$`, '$\\def\\a{\\a\\a}\\a$'])
      expect([raw.slice(0, 30), readTex(raw)]).toEqual([raw.slice(0, 30), undefined]);
  });

  it('hold no links, pictures, classes, code and nothing that is fetched', () => {
    const texts = [
      '\\href{javascript:alert(1)}{x}',
      '\\url{https://evil.example}',
      '\\includegraphics{https://evil.example/x.png}',
      '\\class{evil}{x}',
      '\\id{root}{x}',
      '\\style{background:url(https://evil.example)}{x}',
      '\\data{x=1}{x}',
      '\\color{url(https://evil.example)}x',
      '\\textcolor{red;background:url(//evil.example)}{x}',
      ...HOSTILE_MARKUP.map((text) => `\\text{${text.replace(/[{}\\$%#&_^~]/g, '')}}`),
    ];
    for (const text of texts) {
      const found = readTex(`$${text}$`);
      for (const { name, attributes, style } of found ? flat(found) : []) {
        expect([text, name]).toEqual([text, expect.stringMatching(/^m|^none$/)]);
        for (const key of Object.keys(attributes))
          expect([text, /^(on|href|src|class|id|style|data)/.test(key)]).toEqual([text, false]);
        for (const value of [...Object.values(attributes), ...Object.values(style)])
          expect([text, /url|:|\/\//.test(value)]).toEqual([text, false]);
      }
    }
  });
});
