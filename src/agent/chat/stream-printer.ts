import type { EventFrame } from '../../gateway/protocol/frames';

/** Prints the text of one run as its events come. */
export class StreamPrinter {
  printed = '';

  constructor(private readonly runId: string) {}

  receive(event: EventFrame): void {
    const payload = event.payload as { runId?: string; stream?: string; data?: { text?: string } };
    if (event.event !== 'agent' || payload.runId !== this.runId || payload.stream !== 'assistant') return;
    const text = payload.data?.text ?? '';
    if (!text.startsWith(this.printed)) return;
    process.stdout.write(text.slice(this.printed.length));
    this.printed = text;
  }

  end(): void {
    if (this.printed !== '') process.stdout.write('\n');
  }
}
