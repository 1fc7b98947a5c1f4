import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropicEvents } from './model-formats/anthropic-messages';
import { geminiEvents } from './model-formats/gemini';
import { openAiChatEvents } from './model-formats/openai-chat';
import { openAiResponsesEvents } from './model-formats/openai-responses';
import type { ModelAnswer, ModelFormat, ModelRequest, SseEvent } from './model-formats/model-format';
import { STRICT_PROVIDERS, type StrictName } from './model-formats/strict/providers';

const ENCODERS: Record<ModelFormat, (answer: ModelAnswer, request: ModelRequest) => SseEvent[]> = {
  'openai-completions': openAiChatEvents,
  'openai-responses': openAiResponsesEvents,
  'anthropic-messages': anthropicEvents,
  'google-generative-ai': geminiEvents,
};

/** A request that is none for an answer of a model. */
export interface Question {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  text: string;
}

/** What is said to it; `silence` leaves whoever asks waiting. */
export type Reply = 'silence' | { status?: number; headers?: Record<string, string>; body: unknown };

/** Model APIs on loopback: four wire formats, each answering what a test scripts, also wrongly. */
export class FakeModels {
  readonly requests: ModelRequest[] = [];
  /** Answers each request; tests replace it. */
  answer: (request: ModelRequest) => ModelAnswer = () => ({ steps: [{ text: 'Hello.' }] });
  /** What strict providers have refused, in their words. */
  readonly refusals: string[] = [];
  /** Answers whatever else is asked, such as what models there are. */
  about: (question: Question) => Reply | undefined = () => undefined;
  /** Requests whose client went away before the answer was complete. */
  abandoned = 0;
  private readonly server: Server;

  private constructor(private readonly host: string) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  /** @param host address to be reached at */
  static async start(host = '127.0.0.1'): Promise<FakeModels> {
    const fake = new FakeModels(host);
    await new Promise<void>((resolve) => fake.server.listen(0, host, resolve));
    return fake;
  }

  get url(): string {
    return `http://${this.host}:${(this.server.address() as AddressInfo).port}`;
  }

  /**
   * A `models.providers` entry that speaks a format of this server.
   * @param as a provider whose documented refusals it plays
   */
  provider(
    api: ModelFormat,
    id = 'fake-1',
    more: Record<string, unknown> = {},
    as?: StrictName,
  ): Record<string, unknown> {
    const path = {
      'openai-completions': '/v1',
      'openai-responses': '/v1',
      'anthropic-messages': '/v1',
      'google-generative-ai': '/v1beta',
    }[api];
    return {
      baseUrl: `${this.url}${as === undefined ? '' : `/as/${as}`}${path}`,
      apiKey: 'test-key',
      api,
      models: [{ id, name: id, contextWindow: 200_000, maxTokens: 8192, ...more }],
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? '').split('?')[0] ?? '';
    const format = formatOf(path);
    if (!format) {
      const text = Buffer.concat(chunks).toString('utf8');
      const reply = this.about({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        text,
      });
      if (reply === 'silence') return;
      if (reply) {
        response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
        response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
        return;
      }
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"not found"}}');
      return;
    }
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
    const described: ModelRequest = {
      format,
      index: this.requests.length,
      model: typeof body['model'] === 'string' ? body['model'] : (/models\/([^:]+):/.exec(path)?.[1] ?? ''),
      headers: request.headers,
      body,
      text: JSON.stringify(body['messages'] ?? body['input'] ?? body['contents'] ?? []),
      ...conversationOf(format, body),
    };
    this.requests.push(described);
    const refusal = strictOf(path)?.({ ...body, model: described.model });
    if (refusal) {
      const text = JSON.stringify(refusal.body);
      this.refusals.push(text);
      response.writeHead(refusal.status, { 'content-type': 'application/json' }).end(text);
      return;
    }
    const answer = this.answer(described);
    if (answer.status !== undefined && answer.status !== 200) {
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify(answer.body ?? { error: { message: `status ${answer.status}`, type: 'error' } }));
      return;
    }
    if (answer.raw) {
      response.writeHead(200, { 'content-type': answer.raw.type }).end(answer.raw.text);
      return;
    }
    response.on('close', () => {
      if (!response.writableEnded) this.abandoned++;
    });
    response.writeHead(200, { 'content-type': 'text/event-stream', ...answer.headers });
    for (const event of ENCODERS[format](answer, described)) {
      if (response.destroyed) return;
      if (event.kind === 'data') response.write(event.text);
      else if (event.kind === 'wait') await new Promise((resolve) => setTimeout(resolve, event.ms));
      else if (event.kind === 'until') await event.gate.opened;
      else if (event.kind === 'cut') {
        response.socket?.destroy();
        return;
      } else return;
    }
    response.end();
  }
}

/** Which provider an address of this server plays. */
function strictOf(path: string): (typeof STRICT_PROVIDERS)[StrictName] | undefined {
  const [, mark, name] = path.split('/');
  return mark === 'as' ? STRICT_PROVIDERS[name as StrictName] : undefined;
}

function formatOf(path: string): ModelFormat | undefined {
  if (path.endsWith('/chat/completions')) return 'openai-completions';
  if (path.endsWith('/responses')) return 'openai-responses';
  if (path.endsWith('/messages')) return 'anthropic-messages';
  if (path.endsWith(':streamGenerateContent')) return 'google-generative-ai';
  return undefined;
}

interface AnyMessage {
  role?: string;
  type?: string;
  content?: unknown;
  parts?: unknown;
}

/** What a person said last and which tool results follow it, whatever the format. */
function conversationOf(format: ModelFormat, body: Record<string, unknown>): { lastUser: string; toolResults: number } {
  const messages = (body['messages'] ?? body['input'] ?? body['contents'] ?? []) as AnyMessage[];
  let toolResults = 0;
  for (const message of [...messages].reverse()) {
    const results = resultsIn(format, message);
    toolResults += results;
    const text = message.role === 'user' && results === 0 ? textIn(message.content ?? message.parts) : '';
    // Formats without pictures in results have them behind: that is no person.
    if (text !== '' && !/^\[from the gateway\] What \S+ shows:/.test(text)) return { lastUser: text, toolResults };
  }
  return { lastUser: '', toolResults };
}

function resultsIn(format: ModelFormat, message: AnyMessage): number {
  if (format === 'openai-completions') return message.role === 'tool' ? 1 : 0;
  if (format === 'openai-responses') return message.type === 'function_call_output' ? 1 : 0;
  const parts = (message.content ?? message.parts) as Record<string, unknown>[] | string | undefined;
  if (!Array.isArray(parts)) return 0;
  return parts.filter((part) => part['type'] === 'tool_result' || part['functionResponse'] !== undefined).length;
}

function textIn(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return (content as { text?: unknown }[]).map((part) => (typeof part.text === 'string' ? part.text : '')).join('');
}
