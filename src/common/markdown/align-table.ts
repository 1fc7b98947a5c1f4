import { displayWidth } from '../cli/display-width';
import { onOneLine } from '../text/edges';
import type { Tokens } from './markdown-tree';

/** Rows of a table in columns of equal width, for text of fixed width. */
export function alignTable(table: Tokens.Table, textOf: (cell: Tokens.TableCell) => string): string {
  const rows = [table.header, ...table.rows].map((cells) => cells.map((cell) => onOneLine(textOf(cell)).trim()));
  const widths = table.header.map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))));
  return rows
    .map((row) =>
      widths
        .map((width, column) => `${row[column] ?? ''}${' '.repeat(width - displayWidth(row[column] ?? ''))}`)
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
