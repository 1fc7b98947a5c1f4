import { printRows, printText } from '../../common/cli/output';
import { MarkdownStream } from '../../common/cli/markdown-stream';

/** Prints a text that comes in pieces. */
export class LineStream {
  private readonly rows = new MarkdownStream();
  private isBegun = false;

  /**
   * @param columns of a terminal: what Markdown says is printed there in whole rows, and somebody may be writing on it meanwhile.
   * Without it the text is printed as it comes.
   */
  constructor(private readonly columns: () => number | undefined) {}

  /** @param piece what comes next; no half character */
  add(piece: string): void {
    if (piece === '') return;
    this.isBegun = true;
    const columns = this.columns();
    if (columns === undefined) printText(piece);
    else printRows(this.rows.add(piece, columns), columns);
  }

  /** The text is complete. */
  end(): void {
    if (!this.isBegun) return;
    const columns = this.columns();
    if (columns === undefined) printText('\n');
    else printRows(this.rows.end(columns), columns);
    this.isBegun = false;
  }
}
