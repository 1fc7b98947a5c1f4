import { attribute, decode, elements, runs } from './office-xml';
import { type SheetCell, SheetWriter, numberCell, textCell } from './sheet-writer';

type NumberKind = 'number' | 'date' | 'percent';

/** What the formats with fixed numbers show, where that is not a plain number. */
const DATE_FORMATS = [14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47];
const PERCENT_FORMATS = [9, 10];
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(1899, 11, 30);
/** Day numbers of workbooks of old Macs begin so much later. */
const DAYS_TO_1904 = 1462;

/**
 * Sheets of an xlsx file in their order, with their names, places and types of cells.
 * @param parts paths of the sheets
 * @param read a part of the file; empty where it is not there
 */
export async function workbookText(parts: readonly string[], read: (name: string) => Promise<string>): Promise<string> {
  const workbook = await read('xl/workbook.xml');
  const targets = new Map(
    elements(await read('xl/_rels/workbook.xml.rels'), 'Relationship').map(({ attributes }) => [
      attribute(attributes, 'Id'),
      (attribute(attributes, 'Target') ?? '').replace(/^\/?(?:xl\/)?/, 'xl/'),
    ]),
  );
  const named = elements(workbook, 'sheet').flatMap(({ attributes }) => {
    const part = targets.get(attribute(attributes, 'r:id'));
    const title = decode(attribute(attributes, 'name') ?? '');
    const isHidden = /\bstate="(?:very)?hidden"/i.test(attributes);
    return part !== undefined && parts.includes(part)
      ? [{ part, title: `"${title}"${isHidden ? ' (hidden)' : ''}` }]
      : [];
  });
  const rest = parts
    .map((part, index) => ({ part, title: String(index + 1) }))
    .filter(({ part }) => named.every((each) => each.part !== part));
  const shared = elements(await read('xl/sharedStrings.xml'), 'si').map(({ inner }) => runs(inner, 't'));
  const kinds = numberKinds(await read('xl/styles.xml'));
  const isFrom1904 = /\bdate1904="(?:1|true)"/.test(workbook);
  const texts: string[] = [];
  for (const { part, title } of [...named, ...rest])
    texts.push(sheetText(await read(part), title, { shared, kinds, isFrom1904 }));
  return texts.join('\n\n');
}

interface Facts {
  shared: readonly string[];
  /** By number of the style. */
  kinds: readonly NumberKind[];
  isFrom1904: boolean;
}

function sheetText(xml: string, title: string, facts: Facts): string {
  const writer = new SheetWriter(title);
  let number = 0;
  for (const { attributes, inner } of elements(xml, 'row')) {
    number = Number(attribute(attributes, 'r') ?? number + 1);
    const cells: SheetCell[] = [];
    for (const cell of elements(inner, 'c')) {
      const place = attribute(cell.attributes, 'r');
      const column = place === undefined ? (cells.at(-1)?.column ?? -1) + 1 : columnIndex(place);
      cells.push({ column, text: cellText(cell, facts) });
    }
    writer.row(number, cells);
    if (writer.isFull) break;
  }
  return writer.end();
}

function cellText({ attributes, inner }: { attributes: string; inner: string }, facts: Facts): string {
  const value = decode(elements(inner, 'v')[0]?.inner ?? '');
  switch (attribute(attributes, 't')) {
    case 's':
      return textCell(facts.shared[Number(value)] ?? '');
    case 'inlineStr':
      return textCell(runs(inner, 't'));
    case 'str':
      return textCell(value);
    case 'b':
      return value === '1' ? 'TRUE' : 'FALSE';
    case 'e':
    case 'd':
      return value;
    default: {
      const formula = elements(inner, 'f')[0]?.inner ?? '';
      if (value === '') return formula === '' ? '' : `=${decode(formula)}`;
      const kind = facts.kinds[Number(attribute(attributes, 's') ?? 0)] ?? 'number';
      if (kind === 'date') return dateCell(Number(value), facts.isFrom1904);
      return kind === 'percent' ? `${numberCell(String(Number(value) * 100))}%` : numberCell(value);
    }
  }
}

function dateCell(days: number, isFrom1904: boolean): string {
  if (!Number.isFinite(days) || Math.abs(days) > 3_000_000) return String(days);
  const at = new Date(Math.round(((days + (isFrom1904 ? DAYS_TO_1904 : 0)) * DAY_MS) / 1000) * 1000 + FIRST_DAY);
  const [date = '', time = ''] = at
    .toISOString()
    .replace(/\.000Z$/, '')
    .split('T');
  if (days >= 0 && days < 1) return time;
  return time === '00:00:00' ? date : `${date} ${time}`;
}

function numberKinds(styles: string): NumberKind[] {
  const kinds = new Map<number, NumberKind>([
    ...DATE_FORMATS.map((id) => [id, 'date'] as const),
    ...PERCENT_FORMATS.map((id) => [id, 'percent'] as const),
  ]);
  for (const { attributes } of elements(styles, 'numFmt'))
    kinds.set(Number(attribute(attributes, 'numFmtId')), kindOfCode(decode(attribute(attributes, 'formatCode') ?? '')));
  const [used] = elements(styles, 'cellXfs');
  return elements(used?.inner ?? '', 'xf').map(
    ({ attributes }) => kinds.get(Number(attribute(attributes, 'numFmtId') ?? 0)) ?? 'number',
  );
}

/** Letters in quotes, brackets, or behind a backslash are shown as they are. */
function kindOfCode(code: string): NumberKind {
  const plain = code.replace(/"[^"]*"|\[(?![hms]+\])[^\]]*\]|\\./gi, '');
  if (/[dmyhs]/i.test(plain) && !/general/i.test(plain)) return 'date';
  return plain.includes('%') ? 'percent' : 'number';
}

/** Of a place such as `AB12`, counted from 0. */
const columnIndex = (place: string): number =>
  [...(/^[A-Z]{1,3}/i.exec(place)?.[0].toUpperCase() ?? 'A')].reduce(
    (sum, each) => sum * 26 + each.charCodeAt(0) - 64,
    0,
  ) - 1;
