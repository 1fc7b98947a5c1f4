import { attribute, decode, named } from './office-xml';
import { FlowText } from './flow-text';
import { scanXml } from './xml-scan';

/** What Office calls a picture that nobody has named. */
const UNNAMED = /^(?:picture|image|grafik|bild|graphic|object|shape)?\s*\d*$/i;

/** A picture among words. @param words what its author says about it, best first */
export function pictureMark(...words: (string | undefined)[]): string {
  const said = words.map((each) => decode(each ?? '').trim()).find((each) => each !== '' && !UNNAMED.test(each));
  return said === undefined ? '[picture]' : `[picture: ${said.replace(/\s+/g, ' ')}]`;
}

/** Signs of formulas as they are written in one line. */
const SIGNS: Readonly<Record<string, readonly [open: string, close: string]>> = {
  'm:num': ['(', ')'],
  'm:den': ['/(', ')'],
  'm:sup': ['^(', ')'],
  'm:sub': ['_(', ')'],
  'm:rad': ['√(', ')'],
};

/** Writes formulas of Office in one line. */
export class FormulaWriter {
  /** The sign of a sum or the like, until its properties end. */
  private large = '';
  /** Brackets that are open; they are named behind their beginning. */
  private readonly brackets: { open: string; close: string; isWritten: boolean }[] = [];

  constructor(private readonly flow: FlowText) {}

  /** @returns whether the element is one of a formula */
  open(name: string, attributes: string): boolean {
    if (!name.startsWith('m:')) return false;
    const value = attribute(attributes, 'val');
    const bracket = this.brackets.at(-1);
    if (name === 'm:naryPr') this.large = '∫';
    else if (name === 'm:chr' && this.large !== '') this.large = decode(value ?? '');
    else if (name === 'm:d') this.brackets.push({ open: '(', close: ')', isWritten: false });
    else if (name === 'm:begChr' && bracket) bracket.open = decode(value ?? '');
    else if (name === 'm:endChr' && bracket) bracket.close = decode(value ?? '');
    else if (name === 'm:e' && bracket && !bracket.isWritten) {
      bracket.isWritten = true;
      this.flow.write(bracket.open);
    } else this.flow.write(SIGNS[name]?.[0] ?? '');
    return true;
  }

  close(name: string): boolean {
    if (!name.startsWith('m:')) return false;
    if (name === 'm:naryPr') {
      this.flow.write(this.large);
      this.large = '';
    } else if (name === 'm:d') this.flow.write(this.brackets.pop()?.close ?? '');
    else this.flow.write(SIGNS[name]?.[1] ?? '');
    return true;
  }
}

const MOST_POINTS = 10_000;

/** Points by their places; of names in several levels those next to the axis. */
function cached(xml: string, name: string): string[] {
  const [found] = named(xml, name);
  const points = named(named(found?.inner ?? '', 'lvl')[0]?.inner ?? found?.inner ?? '', 'pt');
  const all: string[] = [];
  for (const { attributes, inner } of points) {
    const place = Number(attribute(attributes, 'idx') ?? all.length);
    // Places that are left out are empty.
    if (place >= 0 && place < MOST_POINTS) all[place] = decode(named(inner, 'v')[0]?.inner ?? '');
  }
  return Array.from(all, (value: string | undefined) => value ?? '');
}

/** Words and numbers of a chart, as they were when it was drawn. @param xml its part */
export function chartText(xml: string): string {
  const [title] = named(xml, 'title');
  const words = title ? drawingText(title.inner).replace(/\n/g, ' ') : '';
  const series = named(xml, 'ser').map(({ inner }) => ({
    name: cached(inner, 'tx').join(' '),
    names: cached(inner, inner.includes('cat>') ? 'cat' : 'xVal'),
    values: cached(inner, inner.includes('yVal>') ? 'yVal' : 'val'),
  }));
  const rows = Array.from({ length: Math.max(0, ...series.map(({ values }) => values.length)) }, (_, at) =>
    [series[0]?.names[at] ?? String(at + 1), ...series.map(({ values }) => values[at] ?? '')].join('\t'),
  );
  const head = series.some(({ name }) => name !== '') ? [['', ...series.map(({ name }) => name)].join('\t')] : [];
  return [`[chart${words === '' ? '' : `: ${words}`}]`, ...head, ...rows].join('\n');
}

/** Words of a title, or of a diagram, a paragraph in each line. */
export function drawingText(xml: string): string {
  const flow = new FlowText();
  let isText = false;
  scanXml(xml, {
    open: (name) => {
      if (name === 'a:p') flow.startParagraph();
      if (name === 'a:t') isText = true;
    },
    close: (name) => {
      if (name === 'a:t') isText = false;
      if (name === 'a:p') flow.endParagraph();
    },
    text: (text) => isText && flow.write(text),
  });
  return flow
    .end()
    .replace(/\n{2,}/g, '\n')
    .trim();
}
