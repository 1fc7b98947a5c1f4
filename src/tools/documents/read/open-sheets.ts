import { FlowText } from './flow-text';
import { attribute, decode, elements } from './office-xml';
import { type SheetCell, SheetWriter, columnName, numberCell, textCell } from './sheet-writer';
import { scanXml } from './xml-scan';

/** What a file says to be repeated is written out so often; the rest is counted. */
const MOST_REPEATS = 1000;

/** Sheets of an ods file. */
export function sheetsText(xml: string): string {
  const hidden = new Set(
    elements(xml, 'style:style')
      .filter(({ inner }) => /\stable:display="false"/.test(inner))
      .map(({ attributes }) => attribute(attributes, 'name') ?? ''),
  );
  return elements(xml, 'table:table')
    .map((table) => sheetText(table, hidden))
    .join('\n\n');
}

function sheetText({ attributes, inner }: { attributes: string; inner: string }, hidden: ReadonlySet<string>): string {
  const name = decode(attribute(attributes, 'table:name') ?? '');
  const isHidden = hidden.has(attribute(attributes, 'style-name') ?? '');
  const writer = new SheetWriter(`"${name}"${isHidden ? ' (hidden)' : ''}`);
  let number = 0;
  for (const row of elements(inner, 'table:table-row')) {
    const repeats = repeatsOf(row.attributes, 'rows');
    const { cells, comments, merged } = cellsOf(row.inner, number + 1);
    const isEmpty = cells.every(({ text }) => text === '');
    const shown = isEmpty ? 0 : Math.min(repeats, MOST_REPEATS);
    for (let count = 0; count < shown; count++) writer.row(number + count + 1, cells);
    if (!isEmpty && repeats > shown) writer.same(repeats - shown);
    for (const comment of comments) writer.remark(comment);
    for (const range of merged) writer.merged(range);
    number += repeats;
    if (writer.isFull) break;
  }
  return writer.end();
}

function cellsOf(xml: string, row: number): { cells: SheetCell[]; comments: string[]; merged: string[] } {
  const cells: SheetCell[] = [];
  const comments: string[] = [];
  const merged: string[] = [];
  let column = 0;
  for (const { attributes, inner } of elements(xml, 'table:(?:covered-)?table-cell')) {
    const repeats = repeatsOf(attributes, 'columns');
    const { words, comment } = inner === '' ? { words: '', comment: '' } : wordsOf(inner);
    const text = cellText(attributes, words);
    for (let count = 0; count < (text === '' ? 0 : Math.min(repeats, MOST_REPEATS)); count++)
      cells.push({ column: column + count, text });
    const place = `${columnName(column)}${row}`;
    if (comment !== '') comments.push(`[comment on ${place}${comment}`);
    const wide = Number(attribute(attributes, 'number-columns-spanned') ?? 1);
    const high = Number(attribute(attributes, 'number-rows-spanned') ?? 1);
    if (wide > 1 || high > 1) merged.push(`${place}:${columnName(column + wide - 1)}${row + high - 1}`);
    column += repeats;
  }
  return { cells, comments, merged };
}

/** Words of a cell, without those of comments and drawings that are tied to it. */
function wordsOf(xml: string): { words: string; comment: string } {
  const flow = new FlowText();
  let comment = '';
  let by = '';
  let apart = 0;
  let isName = false;
  let isDate = false;
  const isApart = (name: string): boolean => name.startsWith('draw:') || name === 'office:annotation';
  scanXml(xml, {
    open: (name, attributes) => {
      if (isApart(name) && apart++ === 0 && name === 'office:annotation') flow.startBlock();
      else if (name === 'text:p') flow.startParagraph();
      else if (name === 'text:s') flow.write(' '.repeat(Math.min(Number(attribute(attributes, 'c') ?? 1) || 1, 200)));
      else if (name === 'text:tab') flow.write('\t');
      else if (name === 'text:line-break') flow.write('\n');
      else if (name === 'dc:creator') isName = true;
      else if (name === 'dc:date') isDate = true;
    },
    close: (name) => {
      if (isApart(name) && --apart === 0 && name === 'office:annotation')
        comment = `${by === '' ? '' : ` by ${by}`}] ${flow.endBlock().trim().replace(/\n+/g, ' ')}`;
      else if (name === 'text:p') flow.endParagraph();
      else if (name === 'dc:creator') isName = false;
      else if (name === 'dc:date') isDate = false;
    },
    text: (text) => {
      if (isName) by += text;
      else if (!isDate) flow.write(text.replace(/[\r\n\t ]+/g, ' '));
    },
  });
  return { words: flow.end(), comment };
}

function cellText(attributes: string, words: string): string {
  const value = (name: string): string => attribute(attributes, `office:${name}`) ?? '';
  switch (value('value-type')) {
    case 'float':
    case 'currency':
      return numberCell(value('value'));
    case 'percentage':
      return `${numberCell(String(Number(value('value')) * 100))}%`;
    case 'date':
      return value('date-value')
        .replace(/T00:00:00(?:\.0+)?$/, '')
        .replace('T', ' ');
    case 'time':
      return durationText(value('time-value'));
    case 'boolean':
      return value('boolean-value').toUpperCase();
    default:
      return textCell(words);
  }
}

/** A duration of XML Schema as hours, minutes and seconds. */
function durationText(value: string): string {
  const found = /^(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?$/.exec(value);
  if (!found) return value;
  const [, sign, days, hours, minutes, seconds] = found;
  const two = (part: string | number | undefined): string => String(Number(part ?? 0)).padStart(2, '0');
  return `${sign}${two(24 * Number(days ?? 0) + Number(hours ?? 0))}:${two(minutes)}:${two(seconds)}`;
}

const repeatsOf = (attributes: string, what: 'rows' | 'columns'): number =>
  Math.min(Math.max(1, Number(attribute(attributes, `number-${what}-repeated`) ?? 1) || 1), 1_100_000);
