import { visibleText } from '../visible-text';
import { cutToWidth, displayWidth, padToWidth } from './display-width';
import { type Tint, tinted } from './terminal-style';

export interface Column<T> {
  title: string;
  value(row: T): string | number | undefined;
  /** Never cut: an id, or what else somebody copies. The first column always is kept whole. */
  keep?: true;
  tint?(row: T): Tint | undefined;
}

const GAP = 2;
/** A column is not made narrower than this. */
const LEAST = 8;

/**
 * Rows as aligned columns below their titles. Where they do not fit, columns in which nothing stands are left out first.
 * @param width columns of the terminal that it has to fit; undefined where it need not fit anything
 */
export function tableLines<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  width: number | undefined,
  tint: (text: string, tint: Tint | undefined) => string = tinted,
): string[] {
  const all = rows.map((row) => columns.map((column) => visibleText(String(column.value(row) ?? ''))));
  const shown = fits(all, columns, width) ? columns : columns.filter((_, index) => index === 0 || isUsed(all, index));
  return linesOf(rows, shown, width, tint);
}

/** Whether the rows fit as wide as they are. */
const fits = <T>(all: readonly string[][], columns: readonly Column<T>[], width: number | undefined): boolean =>
  width === undefined || totalOf(naturalOf(all, columns)) <= width;

const isUsed = (all: readonly string[][], column: number): boolean => all.some((row) => (row[column] ?? '') !== '');

const totalOf = (widths: readonly number[]): number =>
  widths.reduce((sum, each) => sum + each, 0) + GAP * (widths.length - 1);

function linesOf<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  width: number | undefined,
  tint: (text: string, tint: Tint | undefined) => string,
): string[] {
  const cells = rows.map((row) => columns.map((column) => visibleText(String(column.value(row) ?? ''))));
  const natural = naturalOf(cells, columns);
  const widths = fitted(
    natural,
    columns.map(({ keep }, index) => keep === true || index === 0),
    width,
  );
  const line = (texts: readonly string[], tints: readonly (Tint | undefined)[]): string => {
    const last = texts.findLastIndex((text) => text !== '');
    return texts
      .slice(0, last + 1)
      .map((text, index) => {
        const cut = cutToWidth(text, widths[index] ?? 0);
        const padding = index === last ? '' : padToWidth(cut, widths[index] ?? 0).slice(cut.length);
        return tint(cut, tints[index]) + padding;
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  };
  return [
    line(
      columns.map(({ title }) => title),
      columns.map(() => 'title' as const),
    ),
    ...cells.map((texts, index) => line(texts, tintsOf(columns, rows[index] as T))),
  ];
}

const naturalOf = <T>(cells: readonly string[][], columns: readonly Column<T>[]): number[] =>
  columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  );

const tintsOf = <T>(columns: readonly Column<T>[], row: T): (Tint | undefined)[] =>
  columns.map((column) => column.tint?.(row));

/** The widest columns give way first, all to the same width. */
function fitted(natural: readonly number[], kept: readonly boolean[], width: number | undefined): number[] {
  if (width === undefined || totalOf(natural) <= width) return [...natural];
  const at = (most: number): number[] => natural.map((each, index) => (kept[index] ? each : Math.min(each, most)));
  let low = LEAST;
  let high = Math.max(LEAST, ...natural);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (totalOf(at(middle)) <= width) low = middle;
    else high = middle - 1;
  }
  return at(low);
}
