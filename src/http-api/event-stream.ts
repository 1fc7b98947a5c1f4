import type { Response } from 'express';

const KEEP_ALIVE_MS = 15_000;

/** An answer in pieces (`text/event-stream`). Proxies close what is silent, so it says something while a tool works. */
export class EventStream {
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly response: Response) {
    response
      .status(200)
      .set({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        connection: 'keep-alive',
        'x-accel-buffering': 'no',
      })
      .flushHeaders();
    this.timer = setInterval(() => this.write(': still at work\n\n'), KEEP_ALIVE_MS).unref();
    response.on('close', () => clearInterval(this.timer));
  }

  data(value: unknown): void {
    this.write(`data: ${JSON.stringify(value)}\n\n`);
  }

  /** @param value has the name as its `type`, too */
  event(name: string, value: Record<string, unknown>): void {
    this.write(`event: ${name}\ndata: ${JSON.stringify({ type: name, ...value })}\n\n`);
  }

  end(): void {
    clearInterval(this.timer);
    this.write('data: [DONE]\n\n');
    this.response.end();
  }

  private write(text: string): void {
    if (!this.response.destroyed && !this.response.writableEnded) this.response.write(text);
  }
}
