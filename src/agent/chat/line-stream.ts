import { wrapToWidth } from '../../common/cli/display-width';
import { printAnswer } from '../../common/cli/output';
import { readableText } from '../../common/visible-text';

/** Prints a text that comes in pieces. */
export class LineStream {
  /** What has come of a line that is not printed yet. */
  private rest = '';
  private isBegun = false;

  /**
   * @param columns of a terminal on which somebody may be writing meanwhile: whole lines are printed, broken between words.
   * Without it everything is printed as it comes.
   */
  constructor(private readonly columns: () => number | undefined = () => undefined) {}

  /** @param piece what comes next; no half character */
  add(piece: string): void {
    if (piece === '') return;
    this.isBegun = true;
    const text = readableText(piece);
    const columns = this.columns();
    if (columns === undefined) {
      process.stdout.write(text);
      return;
    }
    const lines = `${this.rest}${text}`.split('\n');
    const wrapped = wrapToWidth(lines.pop() ?? '', columns);
    this.rest = wrapped.pop() ?? '';
    const whole = [...lines.flatMap((line) => wrapToWidth(line, columns)), ...wrapped];
    if (whole.length > 0) printAnswer(whole.join('\n'));
  }

  /** The text is complete. */
  end(): void {
    if (!this.isBegun) return;
    if (this.columns() === undefined) process.stdout.write('\n');
    else if (this.rest !== '') printAnswer(this.rest);
    this.rest = '';
    this.isBegun = false;
  }
}
