import { type NumberKind, kindsOf, numberText } from './number-formats';
import { attribute, decode, named, replaceElements } from './office-xml';
import { type ReadPart, relationsOf } from './package-parts';
import { type SheetCell, SheetWriter, columnName, rangesOf, textCell } from './sheet-writer';

/** Most columns of a sheet. */
const MOST_COLUMNS = 16_384;

/**
 * Sheets of an xlsx file in their order, with their names, places and types of cells.
 * @param part the workbook
 * @param usual its sheets by the names of their parts, for a file that does not say their order
 */
export async function workbookText(part: string, read: ReadPart, usual: readonly string[]): Promise<string> {
  const workbook = await read(part);
  const relations = await relationsOf(part, read);
  const byId = new Map(relations.map((each) => [each.id, each]));
  const textOf = async (type: string): Promise<string> => {
    return read(relations.find((each) => each.type === type)?.target ?? `xl/${type}.xml`);
  };
  const facts: Facts = {
    shared: named(await textOf('sharedStrings'), 'si').map(({ inner }) => stringIn(inner)),
    kinds: kindsOf(await textOf('styles')),
    isFrom1904: /\bdate1904=["'](?:1|true)["']/.test(workbook),
  };
  const texts: string[] = [];
  for (const { attributes } of named(workbook, 'sheet')) {
    const relation = byId.get(attribute(attributes, 'r:id') ?? '');
    const title = decode(attribute(attributes, 'name') ?? '');
    const isHidden = /^(?:very)?hidden$/i.test(attribute(attributes, 'state') ?? '');
    const shown = `"${title}"${isHidden ? ' (hidden)' : ''}`;
    if (relation?.type === 'chartsheet') texts.push(`[sheet ${shown}: a chart]`);
    else if (relation) texts.push(await sheetText(relation.target, shown, facts, read));
  }
  if (texts.length === 0)
    for (const [at, name] of usual.entries()) texts.push(await sheetText(name, String(at + 1), facts, read));
  return texts.join('\n\n');
}

interface Facts {
  shared: readonly string[];
  /** By number of the style. */
  kinds: readonly NumberKind[];
  isFrom1904: boolean;
}

async function sheetText(target: string, title: string, facts: Facts, read: ReadPart): Promise<string> {
  const xml = await read(target);
  const writer = new SheetWriter(title);
  const hidden: number[] = [];
  let number = 0;
  for (const { attributes, inner } of named(xml, 'row')) {
    number = Number(attribute(attributes, 'r') ?? number + 1);
    if (isTrue(attribute(attributes, 'hidden'))) hidden.push(number);
    const cells: SheetCell[] = [];
    for (const cell of named(inner, 'c')) {
      const place = attribute(cell.attributes, 'r');
      const column = place === undefined ? (cells.at(-1)?.column ?? -1) + 1 : columnIndex(place);
      cells.push({ column, text: cellText(cell, facts) });
    }
    writer.row(number, cells);
    if (writer.isFull) break;
  }
  for (const { attributes } of named(xml, 'mergeCell')) writer.merged(attribute(attributes, 'ref') ?? '');
  if (hidden.length > 0) writer.remark(`[hidden rows: ${rangesOf(hidden)}]`);
  const columns = hiddenColumns(xml);
  if (columns.length > 0) writer.remark(`[hidden columns: ${rangesOf(columns, columnName)}]`);
  for (const { type, target: part } of await relationsOf(target, read))
    if (type === 'comments') for (const line of commentsIn(await read(part))) writer.remark(line);
  return writer.end();
}

const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true';

/** Counted from 0. All behind the last one that is used may be hidden as well, which says nothing. */
const hiddenColumns = (xml: string): number[] =>
  named(xml, 'col').flatMap(({ attributes }) => {
    const from = Number(attribute(attributes, 'min'));
    const to = Number(attribute(attributes, 'max'));
    return isTrue(attribute(attributes, 'hidden')) && from >= 1 && to < MOST_COLUMNS
      ? Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from - 1 + at)
      : [];
  });

/** Comments of a sheet. Those of a conversation stand in them as well, behind a word of the program's own. */
function commentsIn(xml: string): string[] {
  const authors = named(named(xml, 'authors')[0]?.inner ?? '', 'author').map(({ inner }) => decode(inner));
  return named(xml, 'comment').map(({ attributes, inner }) => {
    const author = authors[Number(attribute(attributes, 'authorId') ?? -1)] ?? '';
    const by = author === '' || author.startsWith('tc=') ? '' : ` by ${author}`;
    const words = stringIn(inner)
      .replace(/^\[Threaded comment\][^]*?\n\n?(?:Comment|Kommentar|Commentaire|Comentario):\s*/i, '')
      .trim();
    return `[comment on ${attribute(attributes, 'ref') ?? ''}${by}] ${words.replace(/\n+/g, ' ')}`;
  });
}

/** Text in its runs, without the readings that stand beside words of Japanese. */
function stringIn(xml: string): string {
  let text = '';
  const plain = replaceElements(xml, '(?:[\\w.-]+:)?rPh', () => '');
  for (const { inner } of named(plain, 't')) text += decode(inner);
  return unescaped(text);
}

/** Signs that XML can't hold are written by their number. */
const unescaped = (text: string): string =>
  text.includes('_x')
    ? text
        .replace(/_x([0-9a-f]{4})_/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
        .replace(/\r\n?/g, '\n')
    : text;

function cellText({ attributes, inner }: { attributes: string; inner: string }, facts: Facts): string {
  const value = decode(named(inner, 'v')[0]?.inner ?? '');
  switch (attribute(attributes, 't')) {
    case 's':
      return textCell(facts.shared[Number(value)] ?? '');
    case 'inlineStr':
      return textCell(stringIn(inner));
    case 'str':
      return textCell(unescaped(value));
    case 'b':
      return value === '1' || value === 'true' ? 'TRUE' : 'FALSE';
    case 'e':
      return value;
    case 'd':
      return value.replace(/T00:00:00(?:\.0+)?Z?$/, '').replace('T', ' ');
    default: {
      const formula = named(inner, 'f')[0]?.inner ?? '';
      if (value === '') return formula === '' ? '' : `=${decode(formula)}`;
      const kind = facts.kinds[Number(attribute(attributes, 's') ?? 0)] ?? 'number';
      return numberText(value, kind, facts.isFrom1904);
    }
  }
}

/** Of a place such as `AB12`, counted from 0. */
const columnIndex = (place: string): number =>
  [...(/^[A-Z]{1,3}/i.exec(place)?.[0].toUpperCase() ?? 'A')].reduce(
    (sum, each) => sum * 26 + each.charCodeAt(0) - 64,
    0,
  ) - 1;
