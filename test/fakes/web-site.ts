import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** Web pages and small APIs on loopback: search, speech, telephony, pictures, forms. Keeps what it was asked. */
export class FakeSite {
  readonly requests: SeenRequest[] = [];
  /** Pages by path; tests add to them. */
  readonly pages = new Map<string, { type: string; body: string | Buffer; status?: number }>();
  /** Answers worked out from what was asked, as JSON; a promise is waited for. */
  readonly answers = new Map<string, (request: SeenRequest) => unknown>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  static async start(): Promise<FakeSite> {
    const site = new FakeSite();
    await new Promise<void>((resolve) => site.server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  html(path: string, body: string): void {
    this.pages.set(path, { type: 'text/html; charset=utf-8', body });
  }

  json(path: string, value: unknown): void {
    this.pages.set(path, { type: 'application/json', body: JSON.stringify(value) });
  }

  asked(path: string): SeenRequest[] {
    return this.requests.filter((request) => request.path.split('?')[0] === path);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '/';
    const asked: SeenRequest = {
      method: request.method ?? '',
      path,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      at: Date.now(),
    };
    this.requests.push(asked);
    const answer = this.answers.get(path.split('?')[0] ?? '');
    if (answer) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(await answer(asked)));
      return;
    }
    const page = this.pages.get(path) ?? this.pages.get(path.split('?')[0] ?? '');
    if (!page) response.writeHead(404, { 'content-type': 'text/plain' }).end('not here');
    else response.writeHead(page.status ?? 200, { 'content-type': page.type }).end(page.body);
  }
}
