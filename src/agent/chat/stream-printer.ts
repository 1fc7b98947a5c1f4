import { printAnswer } from '../../common/cli/output';
import { wrapToWidth } from '../../common/cli/display-width';
import { readableText } from '../../common/visible-text';
import type { EventFrame } from '../../gateway/protocol/frames';

/** Prints the text of one run as its events come. */
export class StreamPrinter {
  printed = '';
  /** What has come of a line that is not printed yet. */
  private rest = '';

  /**
   * @param columns of a terminal on which somebody may be writing meanwhile: whole lines are printed, broken between words.
   * Without it everything is printed as it comes.
   */
  constructor(
    private readonly runId: string,
    private readonly columns: () => number | undefined = () => undefined,
  ) {}

  receive(event: EventFrame): void {
    const payload = event.payload as { runId?: string; stream?: string; data?: { text?: string } };
    if (event.event !== 'agent' || payload.runId !== this.runId || payload.stream !== 'assistant') return;
    // Half a character, or half a line break, is printed with its other half.
    const text = (payload.data?.text ?? '').replace(/[\uD800-\uDBFF\r]$/, '');
    if (!text.startsWith(this.printed)) return;
    const more = readableText(text.slice(this.printed.length));
    this.printed = text;
    const columns = this.columns();
    if (columns !== undefined) this.add(more, columns);
    else process.stdout.write(more);
  }

  end(): void {
    if (this.printed === '') return;
    if (this.columns() === undefined) process.stdout.write('\n');
    else if (this.rest !== '') printAnswer(this.rest);
    this.rest = '';
  }

  private add(text: string, columns: number): void {
    const lines = `${this.rest}${text}`.split('\n');
    const wrapped = wrapToWidth(lines.pop() ?? '', columns);
    this.rest = wrapped.pop() ?? '';
    const whole = [...lines.flatMap((line) => wrapToWidth(line, columns)), ...wrapped];
    if (whole.length > 0) printAnswer(whole.join('\n'));
  }
}
