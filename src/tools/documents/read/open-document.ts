import { decode, elements, replaceElements } from './office-xml';
import { type SheetCell, SheetWriter, numberCell, textCell } from './sheet-writer';

const TEXT = 'application/vnd.oasis.opendocument.text';
const TYPE = /^application\/vnd\.oasis\.opendocument\.[a-z-]{1,40}$/;
/** What a file says to be repeated is believed so often. */
const MOST_REPEATS = 1000;

export interface OfficeText {
  text: string;
  mimeType: string;
}

/** Text of an odt, ods or odp file. @param type as the file names it */
export function openDocumentText(xml: string, type: string): OfficeText {
  const mimeType = TYPE.test(type) ? type : TEXT;
  if (mimeType.includes('spreadsheet'))
    return { text: elements(xml, 'table:table').map(tableText).join('\n\n'), mimeType };
  if (mimeType.includes('presentation')) {
    const pages = elements(xml, 'draw:page');
    return {
      text: pages.map(({ inner }, index) => `[slide ${index + 1}]\n${paragraphs(inner)}`).join('\n\n'),
      mimeType,
    };
  }
  return { text: wordsOf(xml), mimeType };
}

/** Paragraphs, the cells of a table row side by side. */
const wordsOf = (xml: string): string =>
  paragraphs(
    replaceElements(xml, 'table:table-row', (row) => {
      const cells = elements(row, 'table:(?:covered-)?table-cell').map(({ inner }) => paragraphs(inner, true, ' '));
      return `<text:p>${cells.join('<text:tab/>')}</text:p>`;
    }),
  );

/** @param encoded keeps what stands for signs for a second reading */
const paragraphs = (xml: string, encoded = false, between = '\n'): string =>
  elements(xml, 'text:(?:p|h)')
    .map(({ inner }) => (encoded ? words(inner) : decode(words(inner))))
    .join(between);

const words = (xml: string): string =>
  xml
    .replace(/<text:tab\b[^<>]*>/g, '\t')
    .replace(/<text:s\b[^<>]*>/g, ' ')
    .replace(/<text:line-break\b[^<>]*>/g, '\n')
    .replace(/<[^<>]+>/g, '');

function tableText({ attributes, inner }: { attributes: string; inner: string }): string {
  const writer = new SheetWriter(`"${decode(/\btable:name="([^"]*)"/.exec(attributes)?.[1] ?? '')}"`);
  let number = 0;
  for (const row of elements(inner, 'table:table-row')) {
    const repeats = repeatsOf(row.attributes, 'rows');
    const cells = cellsOf(row.inner);
    const isEmpty = cells.every(({ text }) => text === '');
    for (let count = 0; count < (isEmpty ? 0 : Math.min(repeats, MOST_REPEATS)); count++)
      writer.row(number + count + 1, cells);
    number += repeats;
    if (writer.isFull) break;
  }
  return writer.end();
}

function cellsOf(xml: string): SheetCell[] {
  const cells: SheetCell[] = [];
  let column = 0;
  for (const { attributes, inner } of elements(xml, 'table:(?:covered-)?table-cell')) {
    const repeats = repeatsOf(attributes, 'columns');
    const text = cellText(attributes, inner);
    for (let count = 0; count < (text === '' ? 0 : Math.min(repeats, MOST_REPEATS)); count++)
      cells.push({ column: column + count, text });
    column += repeats;
  }
  return cells;
}

function cellText(attributes: string, inner: string): string {
  const value = (name: string): string => new RegExp(`\\boffice:${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
  switch (value('value-type')) {
    case 'float':
    case 'currency':
      return numberCell(value('value'));
    case 'percentage':
      return `${numberCell(String(Number(value('value')) * 100))}%`;
    case 'date':
      return value('date-value')
        .replace(/T00:00:00$/, '')
        .replace('T', ' ');
    case 'time':
      return value('time-value').replace(/^PT(\d+)H(\d+)M(\d+)(?:\.\d+)?S$/, '$1:$2:$3');
    case 'boolean':
      return value('boolean-value').toUpperCase();
    default:
      return textCell(paragraphs(inner));
  }
}

const repeatsOf = (attributes: string, what: 'rows' | 'columns'): number =>
  Math.max(1, Number(new RegExp(`\\btable:number-${what}-repeated="(\\d{1,9})"`).exec(attributes)?.[1] ?? 1));
