/** Most characters of all sheets together; the rest is said to be left out. */
export const MAX_SHEET_CHARS = 5_000_000;
/** More empty cells in a row than this are counted, not shown. */
const MOST_GAP = 30;
const MOST_HEADINGS = 100;
const MOST_REMARKS = 500;

export interface SheetCell {
  /** Counted from 0. */
  column: number;
  text: string;
}

/** Writes a sheet as lines: a line of column letters, then each row with its number, cells apart by tabs. */
export class SheetWriter {
  private readonly lines: string[] = [];
  private readonly remarks: string[] = [];
  private readonly ranges: string[] = [];
  private chars = 0;
  private columns = 0;
  private lastRow = 0;
  isFull = false;

  constructor(private readonly title: string) {}

  /** @param number of the row, counted from 1 */
  row(number: number, cells: readonly SheetCell[]): void {
    const filled = cells.filter(({ text }) => text !== '');
    if (filled.length === 0 || this.isFull) return;
    let line = String(number);
    let next = 0;
    for (const { column, text } of filled) {
      const gap = column - next;
      line += gap > MOST_GAP ? `\t[${gap} empty, then ${columnName(column)}]` : '\t'.repeat(Math.max(0, gap));
      line += `\t${text}`;
      next = column + 1;
    }
    this.columns = Math.max(this.columns, next);
    this.lastRow = Math.max(this.lastRow, number);
    this.chars += line.length;
    this.isFull = this.chars > MAX_SHEET_CHARS;
    this.lines.push(line);
  }

  /** More rows that say what the last one says. */
  same(count: number): void {
    this.lines.push(`[the next ${count} rows say the same]`);
    this.lastRow += count;
  }

  /** What is written beside cells: comments, what is hidden. */
  remark(text: string): void {
    if (this.remarks.length < MOST_REMARKS) this.remarks.push(text);
  }

  /** Cells that are one; what they say stands in the first. */
  merged(range: string): void {
    if (this.ranges.length < MOST_REMARKS) this.ranges.push(range);
  }

  end(): string {
    if (this.lines.length === 0) return `[sheet ${this.title}: empty]${this.behind()}`;
    const headings = Array.from({ length: Math.min(this.columns, MOST_HEADINGS) }, (_, index) => columnName(index));
    return [
      `[sheet ${this.title}, A1:${columnName(this.columns - 1)}${this.lastRow}]`,
      `\t${headings.join('\t')}`,
      ...this.lines,
      ...(this.isFull ? ['[the rest of the sheet is left out]'] : []),
    ]
      .join('\n')
      .concat(this.behind());
  }

  private behind(): string {
    const merged = this.ranges.length === 0 ? [] : [`[merged: ${this.ranges.join(', ')}]`];
    return [...merged, ...this.remarks].map((line) => `\n${line}`).join('');
  }
}

/** A text as a cell; in quotes where it would look like a number or a formula, or would take more than its cell. */
export const textCell = (text: string): string =>
  /[\t\n\r]|^=/.test(text) ||
  /^\s*[-+]?[\d.,]*\d[\d.,]*(?:e[-+]?\d+)?%?\s*$/i.test(text) ||
  /^(true|false)$/i.test(text)
    ? JSON.stringify(text)
    : text;

/** A number without the last digits that binary numbers add. */
export const numberCell = (value: string): string => {
  const number = Number(value);
  return value.trim() === '' || !Number.isFinite(number) ? value : String(Number(number.toPrecision(15)));
};

export function columnName(index: number): string {
  let name = '';
  for (let left = index + 1; left > 0; left = Math.floor((left - 1) / 26))
    name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
  return name;
}

/** Numbers in a row as ranges: `3-5, 9`. @param nameOf what a number is called */
export function rangesOf(numbers: readonly number[], nameOf: (number: number) => string = String): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? nameOf(from) : `${nameOf(from)}-${nameOf(to)}`)).join(', ');
}
