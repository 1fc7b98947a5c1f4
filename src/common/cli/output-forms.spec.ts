import { cutToWidth, displayWidth, wrapToWidth } from './display-width';
import { idByPrefix } from './id-by-prefix';
import { localTime, relativeTime, timeText } from './output';
import { provideYaml, structuredText, wantField, wantForm, wantNothing } from './structured-output';
import { type Column, tableLines } from './table';
import { allowColours, tinted } from './terminal-style';

interface Row {
  id: string;
  name: string;
  note: string;
}

const COLUMNS: Column<Row>[] = [
  { title: 'Id', value: ({ id }) => id },
  { title: 'Name', value: ({ name }) => name },
  { title: 'Note', value: ({ note }) => note },
];
const ROWS: Row[] = [
  { id: '0f8fad5b-d9cb-469f-a165-70867728950e', name: '漢字の名前がとても長い', note: 'x'.repeat(80) },
  { id: 'b', name: '👍 ok', note: 'short' },
];

describe('a table', () => {
  it.each([60, 80, 120, 200])('takes no more than %i columns, and keeps ids whole', (width) => {
    const lines = tableLines(ROWS, COLUMNS, width, (text) => text);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    expect(lines.join('\n')).toContain(ROWS[0]?.id);
  });

  it('leaves out columns in which nothing stands before it cuts anything, and only then', () => {
    const columns = [...COLUMNS, { title: 'Error', value: () => undefined }];
    const natural = Math.max(...tableLines(ROWS, COLUMNS, undefined, (text) => text).map((line) => displayWidth(line)));
    expect(tableLines(ROWS, columns, natural, (text) => text)).toEqual(
      tableLines(ROWS, COLUMNS, natural, (text) => text),
    );
    expect(tableLines(ROWS, columns, natural + 20, (text) => text)[0]).toContain('Error');
    expect(tableLines(ROWS, columns, undefined, (text) => text)[0]).toContain('Error');
  });

  it('is aligned by what a terminal shows, and cut nowhere where no terminal is', () => {
    const lines = tableLines(ROWS, COLUMNS, undefined, (text) => text);
    expect(lines[1]).toContain('x'.repeat(80));
    const columnOf = (line = '', text: string): number => displayWidth(line.slice(0, line.indexOf(text)));
    expect(columnOf(lines[2], 'short')).toBe(columnOf(lines[1], 'xxx'));
  });

  it('colours words and not the spaces beside them, where colours are wanted', () => {
    const columns = [...COLUMNS.slice(0, 1), { title: 'State', value: () => 'ok', tint: () => 'good' as const }];
    const [title, line] = tableLines(ROWS.slice(1), columns, 80, (text, tint) => (tint ? `<${tint}>${text}</>` : text));
    expect([title, line]).toEqual(['<title>Id</>  <title>State</>', 'b   <good>ok</>']);
    const terminal = { isTTY: true } as NodeJS.WriteStream;
    allowColours(true);
    expect(tinted('x', 'bad', terminal)).toBe('\u001b[31mx\u001b[39m');
    expect(tinted('x', 'bad', { isTTY: false } as NodeJS.WriteStream)).toBe('x');
    allowColours(false);
    expect(tinted('x', 'bad', terminal)).toBe('x');
  });

  it('cuts and wraps by display width', () => {
    expect(['漢字漢字', 'abcdef', '👩‍💻👩‍💻'].map((text) => cutToWidth(text, 4))).toEqual(['漢…', 'abc…', '👩‍💻👩‍💻']);
    expect(wrapToWidth('one two three 漢字漢字漢字', 8)).toEqual(['one two', 'three', '漢字漢字', '漢字']);
  });
});

describe('output for programs', () => {
  const VALUE = { ok: true, list: [{ key: 'a', n: 1 }, { key: 'b' }], text: 'a\u202eb' };
  const field = (...path: (string | number)[]): string => {
    wantField(path.join('.'), path);
    return structuredText(VALUE);
  };
  afterEach(() => wantNothing());

  it('is JSON, YAML, or one part', () => {
    expect(JSON.parse(structuredText(VALUE))).toEqual(VALUE);
    expect(field('list', 1, 'key')).toBe('b');
    expect(field('list', '*', 'key')).toBe('a\nb');
    expect(JSON.parse(field('list', 0))).toEqual({ key: 'a', n: 1 });
    expect(field('ok')).toBe('true');
    expect(() => field('list', 0, 'nothing')).toThrow('there are: key, n');
    expect(() => field('list', 7)).toThrow('2 entries');
  });

  it('writes YAML that says the same, and shows what can not be seen', async () => {
    const { parse, stringify } = await import('yaml');
    wantForm('yaml');
    provideYaml((value, all) => stringify(value, all ? { defaultStringType: 'QUOTE_DOUBLE' } : {}));
    const text = structuredText(VALUE);
    expect(parse(text)).toEqual(VALUE);
    expect(text).not.toContain('\u202e');
    expect(structuredText({ a: 'plain' })).toBe('a: plain');
  });
});

describe('times and ids', () => {
  it('are told in one form, also those to come', () => {
    const now = 1_764_400_000_000;
    expect([-90_000, 0, 5000, 7_200_000, 172_800_000].map((ago) => relativeTime(now - ago, now))).toEqual([
      ...['in 2 min', '0 s ago', '5 s ago', '2 h ago', '2 d ago'],
    ]);
    expect(localTime(now)).toMatch(/^2025-11-29 \d\d:\d\d:\d\d$/);
    expect(timeText(now)).toMatch(/^2025-11-29 \d\d:\d\d:\d\d \(\d+ [a-z]+ ago\)$/);
  });

  it('an id is known by its beginning, or by a name', () => {
    const jobs = [{ id: 'abc1', name: 'tea' }, { id: 'abd2', name: 'news' }, { id: 'a' }];
    expect(['abc', 'abd2', 'news', 'a', 'zzz', ''].map((typed) => idByPrefix(typed, jobs, 'job'))).toEqual([
      ...['abc1', 'abd2', 'abd2', 'a', 'zzz', ''],
    ]);
    expect(() => idByPrefix('ab', jobs, 'job')).toThrow('abc1 (tea), abd2 (news); write more of the id of one job');
  });
});
