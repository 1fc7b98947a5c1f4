import { regularChunk } from './chat-chunk';

/** Changes bytes on their way; `undefined` where nothing can be passed on yet. */
export interface Repair {
  of(chunk: Uint8Array): Uint8Array | undefined;
  end(): Uint8Array | undefined;
}

const DONE = '[DONE]';

/**
 * Events of an answer in OpenAI's older format, one chunk each and regular. A line that holds a whole chunk is an event of
 * its own, whether or not a blank line, or the word `data`, stands with it; one that holds half a chunk waits for the rest.
 */
export class ChatEvents implements Repair {
  private readonly decoder = new TextDecoder();
  private readonly encoder = new TextEncoder();
  /** The line that has no end yet. */
  private line = '';
  /** Lines of an event whose data is no JSON so far. */
  private data: string[] = [];

  of(bytes: Uint8Array): Uint8Array | undefined {
    const lines = (this.line + this.decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    this.line = lines.pop() ?? '';
    return this.encoded(lines.map((line) => this.take(line)).join(''));
  }

  /** An event that was cut off has nothing to tell; one that is no JSON is handed on, and refused as such. */
  end(): Uint8Array | undefined {
    const last = (this.line + this.decoder.decode()).split('\r').map((line) => this.take(line));
    this.data = [];
    return this.encoded(last.join(''));
  }

  private take(line: string): string {
    if (line.trim() === '') return this.flush();
    const isData = line.startsWith('data:');
    if (!isData && (line.startsWith(':') || /^(event|id|retry):/.test(line))) return '';
    const text = isData ? line.slice('data:'.length).trim() : line.trim();
    if (text.toUpperCase() === DONE) return this.flush() + event(DONE);
    const whole = this.data.length === 0 ? chunkIn(text) : undefined;
    if (whole !== undefined) return whole;
    if (isData) this.data.push(text);
    return '';
  }

  private flush(): string {
    if (this.data.length === 0) return '';
    const text = this.data.join('\n');
    this.data = [];
    return chunkIn(text) ?? event(text.replaceAll('\n', ' '));
  }

  private encoded(text: string): Uint8Array | undefined {
    return text === '' ? undefined : this.encoder.encode(text);
  }
}

/** The events of a text that is whole: lines of JSON, say. */
export function eventsOf(text: string): string {
  const events = new ChatEvents();
  const decoder = new TextDecoder();
  return [events.of(new TextEncoder().encode(text)), events.end()].map((bytes) => decoder.decode(bytes)).join('');
}

const event = (data: string): string => `data: ${data}\n\n`;

/** The event of a chunk; empty where the text is JSON that tells nothing, undefined where it is none. */
function chunkIn(text: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
  const chunk = regularChunk(parsed);
  return chunk === undefined ? '' : event(JSON.stringify(chunk));
}
