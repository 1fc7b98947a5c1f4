import { FormulaWriter, chartText, drawingText, pictureMark } from './drawing-words';
import { FlowText } from './flow-text';
import { ListNumbers } from './list-numbers';
import { attribute, decode, named } from './office-xml';
import { type ReadPart, type Relation, relationsOf } from './package-parts';
import { scanXml } from './xml-scan';

/** What is no text of the document as it is now: what was deleted or moved away, properties, codes of fields. */
const SILENT: ReadonlySet<string> = new Set([
  'w:del',
  'w:moveFrom',
  'w:delText',
  'w:instrText',
  'w:delInstrText',
  'w:fldData',
  'w:sdtPr',
  'w:tblPr',
  'w:sectPr',
  'w:rt',
  'w:rubyPr',
  'wp:positionH',
  'wp:positionV',
  'm:ctrlPr',
]);
const NOTES: Readonly<Record<string, 'footnote' | 'endnote' | 'comment'>> = {
  'w:footnoteReference': 'footnote',
  'w:endnoteReference': 'endnote',
  'w:commentReference': 'comment',
};
/** Signs that are letters of a font of signs. */
const SYMBOLS: Readonly<Record<string, string>> = {
  F0A7: '•',
  F0B7: '•',
  F0A8: '☐',
  F06F: '☐',
  F0FD: '☒',
  F0FE: '☑',
  F0FC: '✔',
  F0FB: '✘',
  F0E0: '→',
};

interface Note {
  words: string;
  by: string;
}

interface Facts {
  numbers: ListNumbers;
  styles: ReadonlyMap<string, Style>;
  /** By kind of mark and its number. */
  notes: ReadonlyMap<string, Note>;
  relations: ReadonlyMap<string, Relation>;
  /** Charts and diagrams by the relation that brings them. */
  drawn: ReadonlyMap<string, string>;
}

interface Style {
  heading?: number;
  list?: string;
  level?: number;
}

/** Words of a docx file: headings, lists, tables, boxes, notes, and what is printed above and below each page. */
export async function wordText(main: string, read: ReadPart, usual: readonly string[]): Promise<string> {
  const part = main === '' ? (usual[0] ?? '') : main;
  const relations = await relationsOf(part, read);
  const textOf = async (type: string): Promise<string> => {
    const found = relations.find((each) => each.type === type);
    return found ? read(found.target) : '';
  };
  const drawn = new Map<string, string>();
  for (const { id, type, target } of relations) {
    if (type === 'chart') drawn.set(id, chartText(await read(target)));
    else if (type === 'diagramData') drawn.set(id, `[diagram]\n${drawingText(await read(target))}`);
  }
  const facts: Facts = {
    numbers: new ListNumbers(await textOf('numbering')),
    styles: stylesOf(await textOf('styles')),
    notes: new Map(),
    relations: new Map(relations.map((each) => [each.id, each])),
    drawn,
  };
  const notes = new Map<string, Note>();
  for (const type of ['footnote', 'endnote', 'comment'] as const)
    for (const { attributes, inner } of named(await textOf(`${type}s`), type))
      notes.set(`${type} ${attribute(attributes, 'id') ?? ''}`, {
        words: flowOf(inner, facts),
        by: type === 'comment' ? decode(attribute(attributes, 'author') ?? '') : '',
      });
  const body = flowOf(await read(part), { ...facts, notes });
  const around: string[] = [];
  for (const { type, target } of relations) {
    if (type !== 'header' && type !== 'footer') continue;
    const words = flowOf(await read(target), facts)
      .trim()
      .replace(/\n+/g, ' | ');
    if (words !== '' && !around.includes(`[${type}] ${words}`)) around.push(`[${type}] ${words}`);
  }
  return around.length === 0 ? body : `${body}\n\n${around.join('\n')}`;
}

function flowOf(xml: string, facts: Facts): string {
  const flow = new FlowText();
  const reader = new WordReader(flow, facts);
  scanXml(xml, reader);
  return flow.end();
}

class WordReader {
  /** Elements within one that is passed over, and its name. */
  private silent: { name: string; depth: number } | undefined;
  private properties = 0;
  private isText = false;
  /** Of paragraphs that are open, the innermost last. */
  private readonly paragraphs: Style[] = [];
  private readonly rows: { isDeleted: boolean }[] = [];
  private readonly cells: { columns: number }[] = [];
  private readonly choices: boolean[] = [];
  private readonly links: { target: string; words: string }[] = [];
  private picture: string | undefined;
  private readonly formulas: FormulaWriter;

  constructor(
    private readonly flow: FlowText,
    private readonly facts: Facts,
  ) {
    this.formulas = new FormulaWriter(flow);
  }

  open(name: string, attributes: string): void {
    if (this.silent) {
      if (name === this.silent.name) this.silent.depth++;
      return;
    }
    // In the properties of a row or a paragraph, these say what became of it.
    if (this.properties > 0) {
      this.property(name, attributes);
      return;
    }
    if (SILENT.has(name) || (name === 'mc:Fallback' && this.choices.at(-1) === true)) {
      this.silent = { name, depth: 1 };
      return;
    }
    if (this.formulas.open(name, attributes)) this.isText = name === 'm:t';
    else if (name in NOTES) this.note(name, attribute(attributes, 'id') ?? '');
    else this.element(name, attributes);
  }

  private element(name: string, attributes: string): void {
    const { flow } = this;
    switch (name) {
      case 'w:t':
        this.isText = true;
        break;
      case 'w:p':
        flow.startParagraph();
        this.paragraphs.push({});
        break;
      case 'w:pPr':
      case 'w:rPr':
      case 'w:trPr':
      case 'w:tcPr':
        this.properties = 1;
        break;
      case 'w:tab':
      case 'w:ptab':
        flow.write('\t');
        break;
      case 'w:br':
      case 'w:cr':
        flow.write('\n');
        break;
      case 'w:noBreakHyphen':
        flow.write('-');
        break;
      case 'w:sym':
        flow.write(symbolOf(attribute(attributes, 'char') ?? ''));
        break;
      case 'w:tr':
        flow.startRow();
        this.rows.push({ isDeleted: false });
        break;
      case 'w:tc':
        flow.startBlock();
        this.cells.push({ columns: 1 });
        break;
      case 'mc:AlternateContent':
        this.choices.push(false);
        break;
      case 'mc:Choice':
        if (this.choices.length > 0) this.choices[this.choices.length - 1] = true;
        break;
      case 'w:hyperlink': {
        const relation = this.facts.relations.get(attribute(attributes, 'r:id') ?? '');
        this.links.push({ target: relation?.isOutside ? relation.target : '', words: '' });
        break;
      }
      case 'wp:docPr':
        this.picture = pictureMark(attribute(attributes, 'descr'), attribute(attributes, 'title'));
        break;
      case 'pic:pic':
        flow.write(this.picture ?? '[picture]');
        break;
      case 'v:imagedata':
        flow.write(pictureMark(attribute(attributes, 'title')));
        break;
      case 'c:chart':
      case 'dgm:relIds': {
        const drawn = this.facts.drawn.get(attribute(attributes, name === 'c:chart' ? 'r:id' : 'dm') ?? '');
        if (drawn !== undefined) flow.line(drawn);
      }
    }
  }

  close(name: string): void {
    if (this.silent) {
      if (name === this.silent.name && --this.silent.depth === 0) this.silent = undefined;
      return;
    }
    const { flow } = this;
    if (this.properties > 0) {
      this.properties--;
      return;
    }
    if (this.formulas.close(name)) this.isText = false;
    switch (name) {
      case 'w:t':
        this.isText = false;
        break;
      case 'w:p':
        flow.endParagraph(this.prefix(this.paragraphs.pop() ?? {}));
        break;
      case 'w:tc':
        flow.endCell(this.cells.pop()?.columns);
        break;
      case 'w:tr':
        flow.endRow(this.rows.pop()?.isDeleted !== true);
        break;
      case 'mc:AlternateContent':
        this.choices.pop();
        break;
      case 'w:hyperlink': {
        const link = this.links.pop();
        if (link && link.target !== '' && link.words.trim() !== link.target) flow.write(` <${link.target}>`);
      }
    }
  }

  text(text: string): void {
    if (!this.isText || this.silent || this.properties > 0) return;
    this.flow.write(text);
    const link = this.links.at(-1);
    if (link) link.words += text;
  }

  private property(name: string, attributes: string): void {
    this.properties++;
    const value = attribute(attributes, 'val') ?? '';
    const paragraph = this.paragraphs.at(-1);
    const cell = this.cells.at(-1);
    const row = this.rows.at(-1);
    if (name === 'w:pStyle' && paragraph) Object.assign(paragraph, { ...this.facts.styles.get(value), ...paragraph });
    else if (name === 'w:numId' && paragraph) paragraph.list = value;
    else if (name === 'w:ilvl' && paragraph) paragraph.level = levelOf(value);
    else if (name === 'w:gridSpan' && cell) cell.columns = Math.max(1, Number(value) || 1);
    // A paragraph or run may have been deleted as well; then its words are within an element that says so.
    else if (name === 'w:del' && row && !this.flow.isInParagraph) row.isDeleted = true;
  }

  private prefix({ heading, list, level = 0 }: Style): string {
    const number = list === undefined || list === '0' ? '' : this.facts.numbers.next(list, level);
    if (heading === undefined) return number;
    return `${'#'.repeat(heading)} ${number.trimStart()}`;
  }

  private note(name: string, id: string): void {
    const kind = NOTES[name];
    const note = kind && this.facts.notes.get(`${kind} ${id}`);
    if (kind && note) this.flow.note(kind, note.words, note.by);
  }
}

function symbolOf(hex: string): string {
  const known = SYMBOLS[hex.toUpperCase()];
  if (known !== undefined) return known;
  const code = Number.parseInt(hex, 16);
  // Letters of private fonts mean nothing elsewhere.
  return Number.isFinite(code) && (code < 0xe000 || code > 0xf8ff) ? String.fromCodePoint(code) : '';
}

const MOST_HEADING = 6;
const MOST_LEVEL = 8;

const levelOf = (value: string): number => Math.min(Math.max(Math.trunc(Number(value)) || 0, 0), MOST_LEVEL);

/** Which styles make a heading or an item of a list. Their ids are in the language of the program, their names are not. */
function stylesOf(xml: string): Map<string, Style> {
  const own = new Map<string, Style & { base?: string }>();
  for (const { attributes, inner } of named(xml, 'style')) {
    const value = (name: string): string | undefined => {
      const [found] = named(inner, name);
      return found && attribute(found.attributes, 'val');
    };
    const name = value('name') ?? '';
    const level = /^title$/i.test(name) ? '1' : /^heading ([1-9])$/i.exec(name)?.[1];
    const list = value('numId');
    const depth = value('ilvl');
    const base = value('basedOn');
    own.set(attribute(attributes, 'styleId') ?? '', {
      ...(level === undefined ? {} : { heading: Math.min(Number(level), MOST_HEADING) }),
      ...(list === undefined ? {} : { list }),
      ...(depth === undefined ? {} : { level: levelOf(depth) }),
      ...(base === undefined ? {} : { base }),
    });
  }
  return new Map(
    [...own].map(([id, { base, ...style }]) => {
      const { base: _, ...inherited } = own.get(base ?? '') ?? {};
      return [id, { ...inherited, ...style }];
    }),
  );
}
