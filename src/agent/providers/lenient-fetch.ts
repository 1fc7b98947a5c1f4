import { AsyncLocalStorage } from 'node:async_hooks';
import { isPlainObject } from '../../common/plain-object';
import type { ModelApi } from './models.config';

/** An answer in one piece, to a request that asked for a stream. */
export interface WholeAnswer {
  body?: string;
}

const asked = new AsyncLocalStorage<WholeAnswer>();
const replayed = new AsyncLocalStorage<string>();

/** Runs a request; where its answer is no stream but plain JSON, `whole.body` has it afterwards. */
export const askingForStream = <T>(whole: WholeAnswer, request: () => T): T => asked.run(whole, request);

/** Runs a request that is answered with this body; nothing is sent. */
export const replaying = <T>(body: string, request: () => T): T => replayed.run(body, request);

/**
 * `fetch` for model servers that keep to their format only roughly: plain JSON instead of a stream, an error with status
 * 200, arguments of a call as an object instead of a text.
 */
export function lenientFetch(api: ModelApi): typeof fetch {
  return async (input, init) => {
    const body = replayed.getStore();
    if (body !== undefined) return json(body, 200);
    const response = await fetch(input, init);
    const whole = asked.getStore();
    if (!response.ok || response.body === null || whole === undefined) return response;
    const { isJson, stream } = await peeked(response.body);
    if (!isJson) return streamed(api === 'openai-completions' ? stream.pipeThrough(repairedLines()) : stream, response);
    const text = await new Response(stream).text();
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

/** Whether an answer is JSON rather than events, by its first character that is none of blanks. */
async function peeked(
  body: ReadableStream<Uint8Array>,
): Promise<{ isJson: boolean; stream: ReadableStream<Uint8Array> }> {
  const reader = body.getReader();
  const read: Uint8Array[] = [];
  let first = '';
  while (first === '') {
    const { done, value } = await reader.read();
    if (done) break;
    read.push(value);
    first = new TextDecoder().decode(value).trim().charAt(0);
  }
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => read.forEach((chunk) => controller.enqueue(chunk)),
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { isJson: first === '{' || first === '[', stream };
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
function repairedLines(): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = '';
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) controller.enqueue(encoder.encode(lines.map((line) => `${repairedLine(line)}\n`).join('')));
    },
    flush(controller) {
      rest += decoder.decode();
      if (rest !== '') controller.enqueue(encoder.encode(`${repairedLine(rest)}\n\n`));
    },
  });
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
