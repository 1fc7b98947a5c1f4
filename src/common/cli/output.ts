import { readableText, visibleLines, visibleText } from '../visible-text';
import { displayWidth, padToWidth } from './display-width';
import { type Line, drawn } from './line';
import { structuredText } from './structured-output';
import { type Column, tableLines } from './table';
import { tinted } from './terminal-style';

let around: (print: () => void) => void = (print) => print();

/**
 * Has something done around whatever is printed here: where somebody writes on the same terminal, the line that is being
 * written makes room and comes back below. @returns what ends that
 */
export function sharingTerminal(way: (print: () => void) => void): () => void {
  around = way;
  return () => (around = (print) => print());
}

const write = (stream: NodeJS.WriteStream, text: string): void => around(() => stream.write(`${text}\n`));

/** Prints exactly one value on standard output: as JSON, or as `-o` and `--field` say. @throws OpenclawError */
export function printJson(value: unknown): void {
  write(process.stdout, structuredText(value));
}

/** One line on standard output, whoever its parts come from. */
export function printLine(text = ''): void {
  write(process.stdout, visibleText(text));
}

/** Several lines: a diff, a file, JSON. */
export function printLines(text: string): void {
  write(process.stdout, visibleLines(text));
}

/** What the assistant says, as a text. */
export function printAnswer(text: string): void {
  write(process.stdout, readableText(text));
}

/** Rows of a terminal with so many columns. */
export function printRows(rows: readonly Line[], columns: number): void {
  if (rows.length > 0) write(process.stdout, rows.map((row) => drawn(row, columns)).join('\n'));
}

/** A piece of a text, which may go on in the same line. */
export function printText(piece: string): void {
  process.stdout.write(readableText(piece));
}

/** Empties a terminal, for a command that shows the same thing again; elsewhere nothing is written. */
export function clearScreen(): void {
  if (process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H');
}

/** Notes for people beside the output proper: standard error, so that pipes stay clean. */
export function printNote(text: string): void {
  write(process.stderr, tinted(visibleText(text), 'faint', process.stderr));
}

/** Rows as aligned columns, which fit the terminal; ids are never cut, and nothing is where no terminal is. */
export function printTable<T>(rows: readonly T[], columns: readonly Column<T>[]): void {
  const { isTTY, columns: width } = process.stdout;
  for (const line of tableLines(rows, columns, isTTY ? width : undefined)) write(process.stdout, line);
}

/** Facts below each other: name and value. What has parts is shown as JSON. */
export function printFacts(facts: Readonly<Record<string, unknown>>): void {
  const rows = Object.entries(facts).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...rows.map(([name]) => displayWidth(visibleText(name))));
  for (const [name, value] of rows) {
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
    const title = padToWidth(visibleText(name), width);
    write(process.stdout, `${tinted(title, 'title')}  ${visibleText(text)}`);
  }
}

/** How many there are of something: `1 file`, `2 files`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const UNITS: readonly [seconds: number, unit: string][] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
];

/** "3 min ago", or "in 3 min". */
export function relativeTime(ms: number, now = Date.now()): string {
  const seconds = Math.round((now - ms) / 1000);
  const [size, unit] = UNITS.find(([least]) => Math.abs(seconds) >= least) ?? [1, 's'];
  const amount = `${Math.round(Math.abs(seconds) / size)} ${unit}`;
  return seconds < 0 ? `in ${amount}` : `${amount} ago`;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** A moment where the reader is, to the second: `2026-11-29 08:40:57`. */
export function localTime(ms: number): string {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** A moment in the one form that all commands have for people: `2026-11-29 08:40:57 (3 min ago)`. */
export const timeText = (ms: number): string => `${localTime(ms)} (${relativeTime(ms)})`;
