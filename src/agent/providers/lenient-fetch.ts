import { isPlainObject } from '../../common/plain-object';
import type { ModelApi } from './models.config';

/** An answer in one piece, to a request that asked for a stream. */
export interface WholeAnswer {
  body?: string;
}

/** By the signal that ends the request: the provider packages hand it on as it is, and no two requests share one. */
const asked = new WeakMap<AbortSignal, WholeAnswer>();
const replayed = new WeakMap<AbortSignal, string>();

/** For the request with this signal: where its answer is no stream but plain JSON, `whole.body` has it afterwards. */
export function askForStream(signal: AbortSignal, whole: WholeAnswer): void {
  asked.set(signal, whole);
}

/** The next request with this signal is answered with this body; nothing is sent. */
export function replay(signal: AbortSignal, body: string): void {
  replayed.set(signal, body);
}

/**
 * `fetch` for model servers that keep to their format only roughly: plain JSON instead of a stream, an error with status
 * 200, arguments of a call as an object instead of a text.
 */
export function lenientFetch(api: ModelApi): typeof fetch {
  return async (input, init) => {
    const signal = init?.signal;
    const body = signal ? replayed.get(signal) : undefined;
    if (body !== undefined) return json(body, 200);
    const response = await fetch(input, init);
    const whole = signal ? asked.get(signal) : undefined;
    if (!response.ok || response.body === null || whole === undefined) return response;
    const answer = await peeked(response.body);
    if (!answer.isJson)
      return streamed(bytesOf(answer, api === 'openai-completions' ? new RepairedLines() : AS_IT_IS), response);
    const text = await new Response(bytesOf(answer, AS_IT_IS)).text();
    const parsed = parse(text);
    const status = errorStatus(parsed);
    if (status !== undefined) return json(text, status);
    whole.body = api === 'openai-completions' && parsed !== undefined ? JSON.stringify(repaired(parsed)) : text;
    return streamed(new Response('').body, response);
  };
}

const json = (body: string, status: number): Response =>
  new Response(body, { status, headers: { 'content-type': 'application/json' } });

const streamed = (body: ReadableStream<Uint8Array> | null, { status, headers }: Response): Response =>
  new Response(body, { status, headers });

interface PeekedAnswer {
  isJson: boolean;
  /** What has been read of it to find that out. */
  read: readonly Uint8Array[];
  reader: ReadableStreamDefaultReader<Uint8Array>;
}

/** Changes bytes on their way; `undefined` where nothing can be passed on yet. */
interface Repair {
  of(chunk: Uint8Array): Uint8Array | undefined;
  end(): Uint8Array | undefined;
}

const AS_IT_IS: Repair = { of: (chunk) => chunk, end: () => undefined };

/** Whether an answer is JSON rather than events, by its first character that is none of blanks. */
async function peeked(body: ReadableStream<Uint8Array>): Promise<PeekedAnswer> {
  const reader = body.getReader();
  const read: Uint8Array[] = [];
  let first = '';
  while (first === '') {
    const { done, value } = await reader.read();
    if (done) break;
    read.push(value);
    first = new TextDecoder().decode(value).trim().charAt(0);
  }
  return { isJson: first === '{' || first === '[', read, reader };
}

/** One stream, not one piped into another: each costs as much as the rest of a short answer. */
function bytesOf({ read, reader }: PeekedAnswer, repair: Repair): ReadableStream<Uint8Array> {
  const pass = (controller: ReadableStreamDefaultController<Uint8Array>, bytes: Uint8Array | undefined): boolean => {
    if (bytes) controller.enqueue(bytes);
    return bytes !== undefined;
  };
  return new ReadableStream<Uint8Array>({
    start: (controller) => read.forEach((chunk) => pass(controller, repair.of(chunk))),
    pull: async (controller) => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          pass(controller, repair.end());
          controller.close();
          return;
        }
        // A pull that brings nothing is not repeated.
        if (pass(controller, repair.of(value))) return;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** HTTP status of an error that was sent as if all were well. */
function errorStatus(body: unknown): number | undefined {
  const found = Array.isArray(body) ? (body[0] as unknown) : body;
  if (!isPlainObject(found) || !found['error']) return undefined;
  const { error } = found;
  const code = isPlainObject(error) ? Number(error['code'] ?? error['status']) : Number.NaN;
  return code >= 400 && code < 600 ? code : 502;
}

/** Lines of events in OpenAI's older format, those with arguments of calls put right. */
class RepairedLines implements Repair {
  private readonly decoder = new TextDecoder();
  private readonly encoder = new TextEncoder();
  private rest = '';

  of(chunk: Uint8Array): Uint8Array | undefined {
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).split('\n');
    this.rest = lines.pop() ?? '';
    if (lines.length === 0) return undefined;
    return this.encoder.encode(lines.map((line) => `${repairedLine(line)}\n`).join(''));
  }

  end(): Uint8Array | undefined {
    this.rest += this.decoder.decode();
    return this.rest === '' ? undefined : this.encoder.encode(`${repairedLine(this.rest)}\n\n`);
  }
}

function repairedLine(line: string): string {
  if (!line.startsWith('data:') || !line.includes('"tool_calls"')) return line;
  const parsed = parse(line.slice('data:'.length));
  return parsed === undefined ? line : `data: ${JSON.stringify(repaired(parsed))}`;
}

/** An answer whose calls have texts as arguments and ids, and numbers as places. */
function repaired(body: unknown): unknown {
  if (!isPlainObject(body) || !Array.isArray(body['choices'])) return body;
  for (const choice of body['choices'] as unknown[]) {
    if (!isPlainObject(choice)) continue;
    for (const holder of [choice['delta'], choice['message']]) {
      const calls = isPlainObject(holder) ? holder['tool_calls'] : undefined;
      for (const call of Array.isArray(calls) ? (calls as unknown[]) : []) if (isPlainObject(call)) repairCall(call);
    }
  }
  return body;
}

function repairCall(call: Record<string, unknown>): void {
  const { function: called, id, index } = call;
  if (isPlainObject(called) && typeof called['arguments'] === 'object' && called['arguments'] !== null)
    called['arguments'] = JSON.stringify(called['arguments']);
  if (typeof id === 'number') call['id'] = String(id);
  if (typeof index === 'string') call['index'] = Number.parseInt(index, 10) || 0;
}
