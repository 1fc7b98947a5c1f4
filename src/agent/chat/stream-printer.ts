import type { EventFrame } from '../../gateway/protocol/frames';
import { outputColumns } from '../../common/cli/print-markdown';
import { LineStream } from './line-stream';

/** Prints the text of one run as its events come. */
export class StreamPrinter {
  printed = '';
  private readonly lines: LineStream;

  /** @param columns of a terminal, see `LineStream` */
  constructor(
    private readonly runId: string,
    columns: () => number | undefined = outputColumns,
  ) {
    this.lines = new LineStream(columns);
  }

  receive(event: EventFrame): void {
    const payload = event.payload as { runId?: string; stream?: string; data?: { text?: string } };
    if (event.event !== 'agent' || payload.runId !== this.runId || payload.stream !== 'assistant') return;
    // Half a character, or half a line break, is printed with its other half.
    const text = (payload.data?.text ?? '').replace(/[\uD800-\uDBFF\r]$/, '');
    if (!text.startsWith(this.printed)) return;
    this.lines.add(text.slice(this.printed.length));
    this.printed = text;
  }

  end(): void {
    this.lines.end();
  }
}
