import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const SIZES = ['1024x1024', '1536x1024', '1024x1536', 'auto'];

export interface DrawRequest {
  path: string;
  /** Fields of a JSON body; of a form only its text. */
  body: Record<string, unknown>;
  text: string;
}

/** The images API of OpenAI on loopback: `images/generations` and `images/edits`, with its refusals. */
export class FakeImages {
  readonly requests: DrawRequest[] = [];
  readonly key = 'sk-draw';
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  static async start(): Promise<FakeImages> {
    const fake = new FakeImages();
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('latin1');
    const path = request.url ?? '';
    const refuse = (status: number, message: string, code: string, param: string | null = null): void => {
      const error = { message, type: 'invalid_request_error', param, code };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    };
    if (request.method !== 'POST') return refuse(405, 'Only POST is accepted.', 'method_not_supported');
    if (request.headers.authorization !== `Bearer ${this.key}`)
      return refuse(401, 'Incorrect API key provided.', 'invalid_api_key');
    const isForm = (request.headers['content-type'] ?? '').startsWith('multipart/form-data');
    if (path === '/v1/images/edits' ? !isForm : isForm) return refuse(400, 'Wrong content type.', 'invalid_request');
    const body = isForm ? {} : (JSON.parse(text) as Record<string, unknown>);
    this.requests.push({ path, body, text });
    if (path !== '/v1/images/generations' && path !== '/v1/images/edits') return refuse(404, 'Not found.', 'not_found');
    if (isForm && !/name="image(\[\])?"/.test(text)) return refuse(400, 'image is required.', 'missing', 'image');
    if (!isForm && typeof body['prompt'] !== 'string') return refuse(400, 'prompt is required.', 'missing', 'prompt');
    // Newer models always send base64, and know no such parameter.
    if ('response_format' in body)
      return refuse(400, "Unknown parameter: 'response_format'.", 'unknown_parameter', 'response_format');
    const { n = 1, size = 'auto', prompt = '' } = body as { n?: number; size?: string; prompt?: string };
    if (!SIZES.includes(size)) return refuse(400, `Invalid value: '${size}'.`, 'invalid_value', 'size');
    if (prompt.includes('forbidden'))
      return refuse(400, 'Your request was rejected by the safety system.', 'moderation_blocked');
    const usage = { input_tokens: 12, output_tokens: 4160 * n, total_tokens: 12 + 4160 * n };
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ created: 1, data: Array.from({ length: n }, () => ({ b64_json: PIXEL })), usage }));
  }
}
