import { readableText } from '../../common/visible-text';
import type { EventFrame } from '../../gateway/protocol/frames';

/** Prints the text of one run as its events come. */
export class StreamPrinter {
  printed = '';

  constructor(private readonly runId: string) {}

  receive(event: EventFrame): void {
    const payload = event.payload as { runId?: string; stream?: string; data?: { text?: string } };
    if (event.event !== 'agent' || payload.runId !== this.runId || payload.stream !== 'assistant') return;
    // Half a character, or half a line break, is printed with its other half.
    const text = (payload.data?.text ?? '').replace(/[\uD800-\uDBFF\r]$/, '');
    if (!text.startsWith(this.printed)) return;
    process.stdout.write(readableText(text.slice(this.printed.length)));
    this.printed = text;
  }

  end(): void {
    if (this.printed !== '') process.stdout.write('\n');
  }
}
