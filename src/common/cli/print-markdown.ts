import { markdownLines } from './markdown-lines';
import { printAnswer, printRows } from './output';

/** Columns of standard output; undefined where it is no terminal. */
export const outputColumns = (): number | undefined =>
  process.stdout.isTTY ? process.stdout.columns || 80 : undefined;

/** What the assistant says: on a terminal what its Markdown means, elsewhere the text itself. */
export function printMarkdown(text: string): void {
  const columns = outputColumns();
  if (columns === undefined) printAnswer(text);
  else printRows(markdownLines(text, columns), columns);
}
