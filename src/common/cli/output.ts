import { readableText, visibleJson, visibleLines, visibleText } from '../visible-text';
import { displayWidth, padToWidth } from './display-width';

/** Prints exactly one JSON value on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${visibleJson(JSON.stringify(value, null, 2))}\n`);
}

/** One line on standard output, whoever its parts come from. */
export function printLine(text = ''): void {
  process.stdout.write(`${visibleText(text)}\n`);
}

/** Several lines: a diff, a file, JSON. */
export function printLines(text: string): void {
  process.stdout.write(`${visibleLines(text)}\n`);
}

/** What the assistant says. */
export function printAnswer(text: string): void {
  process.stdout.write(`${readableText(text)}\n`);
}

/** Empties a terminal, for a command that shows the same thing again; elsewhere nothing is written. */
export function clearScreen(): void {
  if (process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H');
}

/** Notes for people beside the output proper: standard error, so that pipes stay clean. */
export function printNote(text: string): void {
  process.stderr.write(`${visibleText(text)}\n`);
}

export interface Column<T> {
  title: string;
  value(row: T): string | number | undefined;
}

/** Rows as aligned columns; ids are never cut. */
export function printTable<T>(rows: readonly T[], columns: readonly Column<T>[]): void {
  const cells = rows.map((row) => columns.map((column) => visibleText(String(column.value(row) ?? ''))));
  const widths = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  );
  const line = (values: readonly string[]): string =>
    values
      .map((value, index) => padToWidth(value, widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  printLine(line(columns.map((column) => column.title)));
  for (const row of cells) printLine(line(row));
}

/** "3 min ago" and the local time. */
export function relativeTime(ms: number, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - ms) / 1000));
  const ago =
    seconds < 60
      ? `${seconds} s`
      : seconds < 3600
        ? `${Math.round(seconds / 60)} min`
        : seconds < 86_400
          ? `${Math.round(seconds / 3600)} h`
          : `${Math.round(seconds / 86_400)} d`;
  return `${ago} ago`;
}
