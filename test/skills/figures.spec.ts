import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ScriptEnd, runScript } from './run-script';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'openclaw-figures-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const run = (name: string, ...args: string[]): Promise<ScriptEnd> => runScript(name, args, { cwd: work });
const analyse = (...args: string[]): Promise<ScriptEnd> => run('data-analysis/scripts/analyse.mjs', ...args);
const chart = (...args: string[]): Promise<ScriptEnd> => run('data-analysis/scripts/chart.mjs', ...args);
const put = (name: string, text: string): void => writeFileSync(join(work, name), text);

interface Mark {
  name: string;
  attributes: Record<string, string>;
  text: string;
}

const unescaped = (text: string): string =>
  text.replace(/&(lt|gt|quot|amp);/g, (_, name: string) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[name] ?? '');

/** Elements of a picture in their order, with the text that directly follows their beginning. Throws where a tag is not closed. */
function marksIn(name: string): Mark[] {
  const open: string[] = [];
  const marks: Mark[] = [];
  const source = readFileSync(join(work, name), 'utf8');
  for (const [, end, tag = '', all = '', alone, text = ''] of source.matchAll(
    /<(\/?)([\w]+)((?:\s[\w:-]+="[^"<]*")*)(\/?)>([^<]*)/g,
  )) {
    if (end) expect(open.pop()).toBe(tag);
    else {
      if (!alone) open.push(tag);
      const attributes = Object.fromEntries(
        [...all.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key, unescaped(value ?? '')]),
      );
      marks.push({ name: tag, attributes: attributes as Record<string, string>, text: unescaped(text) });
    }
  }
  expect(open).toEqual([]);
  return marks;
}
const named = (marks: readonly Mark[], name: string): Mark[] => marks.filter((mark) => mark.name === name);

const SALES = 'date;shop;amount\n2026-01-03;A;1.200,50\n2026-01-09;B;300\n2026-02-01;A;700\n2026-02-02;B;\n';

describe('data-analysis', () => {
  it('tells what is in a table', async () => {
    put('s.csv', SALES);
    const { out } = await analyse('s.csv');
    expect(out).toContain('4 rows, 3 columns');
    expect(out).toContain('amount: 1 empty, sum 2200.5, mean 733.5, sd 451.1837209, min 300, q1 500, median 700');
    expect(out).toContain('shop: 2 different, most often A (2), B (2)');
    put('mixed.csv', 'n\n1\n2\ntwo\n');
    expect((await analyse('mixed.csv')).out).toContain('2 numbers among 3 values');
    put('s.json', '[{"a":1,"b":"x"},{"a":3}]');
    expect((await analyse('s.json')).out).toContain('a: sum 4, mean 2');
    put('s.jsonl', '{"a":1}\n{"a":2}\n');
    expect((await analyse('s.jsonl')).out).toContain('a: sum 3');
    put('en.csv', 'x\n"1,234.5"\n"2,000"\n');
    expect((await analyse('en.csv')).out).toContain('sum 3234.5');
  });

  it('groups, filters, follows months, compares columns', async () => {
    put('s.csv', SALES);
    expect(await analyse('s.csv', '--group', 'shop', '--value', 'amount')).toMatchObject({
      out: 'shop,sum of amount\nA,1900.5\nB,300\n',
      err: '1 rows left out: no number in amount\n',
    });
    expect((await analyse('s.csv', '--month', 'date', '--value', 'amount', '--by', 'mean')).out).toBe(
      'date,mean of amount\n2026-01,750.25\n2026-02,700\n',
    );
    expect((await analyse('s.csv', '--group', 'shop', '--where', 'date=2026-01-03')).out).toBe('shop,count\nA,1\n');
    put('c.csv', 'x,y\n1,2\n2,4\n3,6\n4,9\n');
    expect((await analyse('c.csv', '--correlate', 'x,y')).out).toBe('r = 0.9944 over 4 rows\n');
  });

  it('draws what is there: bars from zero, gaps as gaps, parts of a whole', async () => {
    put('b.csv', 'k,v,w\nA,100,1\n<B>,-50,2\nC,,3\n');
    expect((await chart('b.csv', '--x', 'k', '--y', 'v', '--out', 'b.svg', '--unit', ' €')).out).toBe(
      'b.svg: 2 points of v; 1 rows without a number left out\n',
    );
    const marks = marksIn('b.svg');
    expect(
      named(marks, 'title')
        .slice(1)
        .map(({ text }) => text),
    ).toEqual(['A, v: 100 €', '<B>, v: -50 €']);
    const heights = marks.flatMap((mark, index) =>
      mark.name === 'rect' && marks[index + 1]?.name === 'title' ? [Number(mark.attributes['height'])] : [],
    );
    expect((heights[0] ?? 0) / (heights[1] ?? 1)).toBeCloseTo(2, 1);
    put('l.csv', 'k,v,w\n1,1,5\n2,,6\n3,3,7\n');
    await chart('l.csv', '--type', 'line', '--x', 'k', '--y', 'v,w', '--out', 'l.svg');
    const [first, second] = named(marksIn('l.svg'), 'path').map(({ attributes }) => attributes['d'] ?? '');
    expect([first?.match(/M/g)?.length, second?.match(/M/g)?.length]).toEqual([2, 1]);
    put('p.csv', 'k,v\nA,75\nB,25\n');
    await chart('p.csv', '--type', 'pie', '--x', 'k', '--y', 'v', '--out', 'p.svg');
    expect(named(marksIn('p.svg'), 'text').map(({ text }) => text)).toContain('A: 75 (75.0 %)');
    await chart('l.csv', '--type', 'scatter', '--x', 'k', '--y', 'w', '--out', 's.svg');
    expect(named(marksIn('s.svg'), 'circle')).toHaveLength(3);
  });

  it('says what is wrong', async () => {
    put('s.csv', SALES);
    put('odd.csv', 'a,b\n1,2\n3\n');
    put('neg.csv', 'k,v\nA,-1\n');
    for (const [end, said] of [
      [analyse('s.csv', '--group', 'none'), 'there is no column "none"; there are: date, shop, amount'],
      [analyse('s.csv', '--group', 'shop', '--by', 'sum'), '--by sum needs --value'],
      [analyse('odd.csv'), 'odd.csv, row 3: 1 fields instead of 2'],
      [analyse('s.csv', '--colour', 'x'), 'unknown option --colour'],
      [chart('s.csv', '--x', 'shop', '--y', 'date', '--out', 'o.svg'), 'there are no numbers in date'],
      [chart('neg.csv', '--type', 'pie', '--x', 'k', '--y', 'v', '--out', 'o.svg'), 'no negative'],
      [chart('s.csv', '--type', 'cake', '--x', 'shop', '--y', 'amount', '--out', 'o.svg'), 'one of bar, line'],
    ] as [Promise<ScriptEnd>, string][])
      expect(await end).toMatchObject({ code: 1, err: expect.stringContaining(said) as string });
    expect(() => readFileSync(join(work, 'o.svg'))).toThrow();
  });
});

describe('diagrams', () => {
  const draw = (...args: string[]): Promise<ScriptEnd> => run('diagrams/scripts/diagram.mjs', ...args);
  const place = (marks: readonly Mark[], label: string): { x: number; y: number } => {
    const found = named(marks, 'text').find(({ text }) => text === label);
    return { x: Number(found?.attributes['x']), y: Number(found?.attributes['y']) };
  };

  it('are laid out along their arrows, also where they go round', async () => {
    put(
      'd.txt',
      'title: How <it> goes\na = (Start)\nb = <Fine?>\nc = [Store & keep]\na -> b: look\nb -> c: yes\nb -> a: no\nc -- c\n# a remark\n',
    );
    expect((await draw('d.txt', 'd.svg')).out).toBe('d.svg: 3 boxes, 4 arrows\n');
    const down = marksIn('d.svg');
    expect(place(down, 'Start').y).toBeLessThan(place(down, 'Fine?').y);
    expect(place(down, 'Fine?').y).toBeLessThan(place(down, 'Store & keep').y);
    expect(named(down, 'polygon')).toHaveLength(1);
    expect(named(down, 'path').filter(({ attributes }) => attributes['marker-end'])).toHaveLength(3);
    expect(named(down, 'title')[0]?.text).toBe('How <it> goes');
    await draw('d.txt', 'e.svg', '--across');
    expect(place(marksIn('e.svg'), 'Start').x).toBeLessThan(place(marksIn('e.svg'), 'Fine?').x);
    // There and back are two lines, and their words don't lie on each other.
    expect(place(down, 'look')).not.toEqual(place(down, 'no'));
  });

  it('keep boxes apart, however many there are', async () => {
    put('w.txt', Array.from({ length: 40 }, (_, n) => `n${Math.floor(n / 3)} -> m${n}: e`).join('\n'));
    await draw('w.txt', 'w.svg');
    const boxes = named(marksIn('w.svg'), 'rect')
      .filter(({ attributes }) => attributes['stroke'])
      .map(({ attributes }) => ['x', 'y', 'width', 'height'].map((name) => Number(attributes[name])));
    expect(boxes).toHaveLength(54);
    for (const [index, [x = 0, y = 0, width = 0, height = 0]] of boxes.entries())
      for (const [ox = 0, oy = 0, owidth = 0, oheight = 0] of boxes.slice(index + 1))
        expect(x + width <= ox || ox + owidth <= x || y + height <= oy || oy + oheight <= y).toBe(true);
  });

  it('say which line is not understood', async () => {
    put('x.txt', 'a -> b\nwhat is this?\n');
    expect((await draw('x.txt', 'x.svg')).err).toContain('line 2: "what is this?"');
    put('x.txt', '\n');
    expect((await draw('x.txt', 'x.svg')).err).toContain('nothing to draw');
  });
});
