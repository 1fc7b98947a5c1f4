import { jsonIn } from '../../../common/json';
import { isPlainObject } from '../../../common/plain-object';
import { ModelEvents, type Repair, eventsOf } from './model-events';
import { ownOriginFetch } from './own-origin-fetch';
import { regularFor } from './regular-answers';
import type { ModelApi } from '../models.config';

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
 * `fetch` for model servers that keep to their format only roughly: plain JSON instead of a stream, lines of JSON instead of
 * events, a page of HTML, an error with status 200, and whatever the format's `Regular` puts right.
 */
export function lenientFetch(api: ModelApi): typeof fetch {
  return async (input, init) => {
    const signal = init?.signal;
    const body = signal ? replayed.get(signal) : undefined;
    if (body !== undefined) return json(body, 200);
    const response = await ownOriginFetch(input, init);
    const whole = signal ? asked.get(signal) : undefined;
    if (!response.ok || response.body === null || whole === undefined) return response;
    const answer = await peeked(response.body);
    if (answer.first === '<') return page(answer);
    if (answer.first !== '{' && answer.first !== '[')
      return streamed(bytesOf(answer, new ModelEvents(regularFor(api))), response);
    const text = await textOf(answer);
    const parsed = jsonIn(text);
    const pieces = parsed === undefined ? text : streamedPieces(parsed);
    if (pieces !== undefined) return streamed(new Response(eventsOf(pieces, regularFor(api))).body, response);
    const status = errorStatus(parsed);
    if (status !== undefined) return json(text, status);
    whole.body = api === 'openai-completions' ? JSON.stringify(regularFor(api).of(parsed)[0] ?? parsed) : text;
    return streamed(new Response('').body, response);
  };
}

const json = (body: string, status: number): Response =>
  new Response(body, { status, headers: { 'content-type': 'application/json' } });

const streamed = (body: ReadableStream<Uint8Array> | null, { status, headers }: Response): Response =>
  new Response(body, { status, headers });

/** A proxy or a website stands where the model's server was expected. */
const page = ({ read, reader }: PeekedAnswer): Response => {
  void reader.cancel().catch(() => undefined);
  const text = Buffer.concat(read).toString('utf8');
  const title = /<title[^>]*>([^<]{1,100})/i.exec(text)?.[1]?.trim();
  const name = title === undefined ? '' : ` ("${title}")`;
  const message = `there is a web page${name} where the model was expected; check baseUrl`;
  return json(JSON.stringify({ error: { message } }), 404);
};

interface PeekedAnswer {
  /** Its first character that is no blank; empty where there is none. */
  first: string;
  /** What has been read of it to find that out. */
  read: readonly Uint8Array[];
  reader: ReadableStreamDefaultReader<Uint8Array>;
}

const AS_IT_IS: Repair = { of: (chunk) => chunk, end: () => undefined };

/** The beginning of an answer: by its first character JSON and pages are told from events. */
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
  return { first, read, reader };
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

const textOf = (answer: PeekedAnswer): Promise<string> => new Response(bytesOf(answer, AS_IT_IS)).text();

/** A list of pieces is a stream that was written as one list: Google does so where nobody asks for events. */
const streamedPieces = (parsed: unknown): string | undefined =>
  Array.isArray(parsed) && errorStatus(parsed) === undefined
    ? parsed.map((piece) => JSON.stringify(piece)).join('\n')
    : undefined;

/** HTTP status of an error that was sent as if all were well. */
function errorStatus(body: unknown): number | undefined {
  const found = Array.isArray(body) ? (body[0] as unknown) : body;
  if (!isPlainObject(found) || !found['error']) return undefined;
  const { error } = found;
  const code = isPlainObject(error) ? Number(error['code'] ?? error['status']) : Number.NaN;
  return code >= 400 && code < 600 ? code : 502;
}
