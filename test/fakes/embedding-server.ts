import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EmbeddingLimits {
  /** Characters of one text. */
  chars?: number;
  /** Texts of one request. */
  items?: number;
  /** Texts that it does not take whatever their size. */
  refuses?: RegExp;
}

/** OpenAI's embeddings on loopback, with the limits that servers have: what is over one of them is refused as a whole. */
export class FakeEmbeddings {
  limits: EmbeddingLimits = {};
  /** Status of every answer but 200: a server that is down, a key that is wrong. */
  fails: number | undefined;
  vectorOf: (text: string) => number[] = (text) => [text.length % 7, 1];
  /** Texts of each request that was taken, and of each that was refused. */
  readonly taken: string[][] = [];
  readonly refused: string[][] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeEmbeddings> {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        const { status, answer } = fake.answerTo(body);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer));
      });
    });
    const fake = new FakeEmbeddings(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answerTo(body: string): { status: number; answer: unknown } {
    const { input } = JSON.parse(body) as { input: string | string[] };
    const texts = [input].flat();
    const { chars = Infinity, items = 2048, refuses } = this.limits;
    const error = (status: number, message: string): { status: number; answer: unknown } => {
      this.refused.push(texts);
      return { status, answer: { error: { message, type: 'invalid_request_error' } } };
    };
    if (this.fails !== undefined) return error(this.fails, 'no');
    if (texts.length > items) return error(422, `batch size ${texts.length} > maximum allowed batch size ${items}`);
    if (texts.some((text) => text === '')) return error(400, "'$.input' is invalid: an empty text");
    if (texts.some((text) => text.length > chars || refuses?.test(text)))
      return error(400, "This model's maximum context length is 8192 tokens");
    this.taken.push(texts);
    const data = texts.map((text, index) => ({ object: 'embedding', index, embedding: this.vectorOf(text) }));
    return { status: 200, answer: { object: 'list', data, usage: { prompt_tokens: 1, total_tokens: 1 } } };
  }
}
