import { jsonIn } from '../../../common/json';

/** Changes bytes on their way; `undefined` where nothing can be passed on yet. */
export interface Repair {
  of(chunk: Uint8Array): Uint8Array | undefined;
  end(): Uint8Array | undefined;
}

/** Puts right what was read from one answer, piece by piece. */
export interface Regular {
  /** The pieces that this one stands for; none where it tells nothing. */
  of(piece: unknown): object[];
  /** What the answer lacks when it ends. */
  end(): object[];
}

const DONE = '[DONE]';

/**
 * Events of an answer, one piece each and regular. A line that holds a whole piece is an event of
 * its own, whether or not a blank line, or the word `data`, stands with it; one that holds half a piece waits for the rest.
 */
export class ModelEvents implements Repair {
  private readonly decoder = new TextDecoder();
  private readonly encoder = new TextEncoder();
  /** The line that has no end yet. */
  private line = '';
  /** Lines of an event whose data is not valid JSON so far. */
  private data: string[] = [];

  constructor(private readonly regular: Regular) {}

  of(bytes: Uint8Array): Uint8Array | undefined {
    const lines = (this.line + this.decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    this.line = lines.pop() ?? '';
    return this.encoded(lines.map((line) => this.take(line)).join(''));
  }

  /** An event that was cut off has nothing to tell; one that is not valid JSON is handed on, and refused as such. */
  end(): Uint8Array | undefined {
    const last = (this.line + this.decoder.decode()).split('\r').map((line) => this.take(line));
    this.data = [];
    return this.encoded(last.join('') + events(this.regular.end()));
  }

  private take(line: string): string {
    if (line.trim() === '') return this.flush();
    const isData = line.startsWith('data:');
    if (!isData && (line.startsWith(':') || /^(event|id|retry):/.test(line))) return '';
    const text = isData ? line.slice('data:'.length).trim() : line.trim();
    if (text.toUpperCase() === DONE) return this.flush();
    const whole = this.data.length === 0 ? this.eventIn(text) : undefined;
    if (whole !== undefined) return whole;
    if (isData) this.data.push(text);
    return '';
  }

  private flush(): string {
    if (this.data.length === 0) return '';
    const text = this.data.join('\n');
    this.data = [];
    return this.eventIn(text) ?? event(text.replaceAll('\n', ' '));
  }

  /** The events of a piece; undefined where the text is not valid JSON. */
  private eventIn(text: string): string | undefined {
    const piece = jsonIn(text);
    return piece === undefined ? undefined : events(this.regular.of(piece));
  }

  private encoded(text: string): Uint8Array | undefined {
    return text === '' ? undefined : this.encoder.encode(text);
  }
}

/** The events of an answer that is whole. */
export function eventsOf(text: string, regular: Regular): string {
  const all = new ModelEvents(regular);
  const decoder = new TextDecoder();
  return [all.of(new TextEncoder().encode(text)), all.end()].map((bytes) => decoder.decode(bytes)).join('');
}

const event = (data: string): string => `data: ${data}\n\n`;

const events = (pieces: readonly object[]): string => pieces.map((piece) => event(JSON.stringify(piece))).join('');
