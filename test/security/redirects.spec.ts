import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { ModelInfo } from '../../src/agent/providers/model-info';
import { openImageModel } from '../../src/agent/providers/open-image-model';
import { messageOf } from '../../src/common/openclaw-error';
import type { ModelFormat } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { ModelAsker, textOf } from '../models/model-asker';

const APIS: readonly ModelFormat[] = [
  'openai-completions',
  'openai-responses',
  'anthropic-messages',
  'google-generative-ai',
];
const STATUSES = [301, 302, 303, 307, 308];

/** Stands where a model server is expected. */
class Forwarder {
  /** Sends what comes to `/old` on within itself, there answers by asking this one; else sends everything on to `to`. */
  server: string | undefined;
  to = '';
  status = 307;
  asked: string[] = [];
  private readonly http: Server = createServer((request, response) => void this.serve(request, response));

  start(): Promise<void> {
    return new Promise((done) => this.http.listen(0, '127.0.0.1', done));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.http.closeAllConnections();
    this.http.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '' } = request;
    this.asked.push(url);
    const body = await buffer(request);
    if (this.server === undefined) return void response.writeHead(this.status, { location: this.to + url }).end();
    if (url.startsWith('/old'))
      return void response.writeHead(this.status, { location: url.replace('/old', '/new') }).end();
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const answer = await fetch(this.server + url.replace('/new', ''), {
      method: request.method ?? 'POST',
      headers: headers as Record<string, string>,
      body: new Uint8Array(body),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  }
}

describe('a model server that sends requests on', () => {
  let asker: ModelAsker;
  let elsewhere: FakeModels;
  const reached: string[] = [];
  const server = new Forwarder();

  beforeAll(async () => {
    [asker, elsewhere] = await Promise.all([ModelAsker.start(), FakeModels.start('127.0.0.2'), server.start()]);
    elsewhere.about = ({ url, text }) => {
      reached.push(`${url} ${text}`);
      return { body: {} };
    };
  });
  afterAll(async () => {
    server.stop();
    await Promise.all([asker.stop(), elsewhere.stop()]);
  });
  beforeEach(() => {
    reached.length = 0;
    Object.assign(server, { asked: [], server: undefined });
    asker.forget();
  });

  const infoOf = (api: ModelFormat, base: string): ModelInfo => ({
    ...asker.infoOf(api),
    apiKey: 'SECRET-KEY',
    baseUrl: base + new URL(asker.infoOf(api).baseUrl).pathname,
  });

  it.each(APIS.flatMap((api) => STATUSES.map((status) => [api, status] as const)))(
    'gives another origin neither key nor conversation: %s, %i',
    async (api, status) => {
      Object.assign(server, { to: elsewhere.url, status });
      const error = await asker.failure({ steps: [] }, infoOf(api, server.url));
      expect(server.asked).toHaveLength(1);
      expect([elsewhere.requests.length, reached]).toEqual([0, []]);
      expect(messageOf(error)).toContain(
        `sends requests on (${status}), and neither key nor conversation goes along to ${elsewhere.url}`,
      );
      expect(messageOf(error)).toContain('set baseUrl to');
      expect(error.cause.kind).toBe('invalid_request');
    },
  );

  it.each(['//127.0.0.2:1/x', 'http://user@127.0.0.2:1/', 'file:///etc/passwd', 'data:text/plain,x', 'http://['])(
    'goes on to no %s',
    async (to) => {
      Object.assign(server, { to, status: 307 });
      expect(messageOf(await asker.failure({ steps: [] }, infoOf('anthropic-messages', server.url)))).toContain(
        'sends requests on',
      );
      expect(server.asked).toHaveLength(1);
    },
  );

  it('has no pictures drawn elsewhere', async () => {
    for (const api of ['openai-completions', 'openai-responses', 'google-generative-ai'] as const) {
      Object.assign(server, { to: elsewhere.url, status: 308 });
      const model = await openImageModel({ ...infoOf(api, server.url), id: 'imagen-4' });
      const options = { n: 1, size: undefined, aspectRatio: undefined, seed: undefined, files: undefined };
      const drawn = model.doGenerate({ prompt: 'SECRET', ...options, mask: undefined, providerOptions: {} });
      await expect(drawn).rejects.toThrow(/sends requests on/);
    }
    expect(reached).toEqual([]);
  });

  it.each(APIS.flatMap((api) => [307, 308].map((status) => [api, status] as const)))(
    'may do so within its own origin: %s, %i',
    async (api, status) => {
      Object.assign(server, { server: asker.models.url, status });
      expect(textOf(await asker.ask({ steps: [{ text: 'Moved.' }] }, infoOf(api, `${server.url}/old`)))).toBe('Moved.');
      expect(server.asked.map((path) => path.slice(0, 4))).toEqual(['/old', '/new']);
      expect(JSON.stringify(asker.models.requests[0]?.headers)).toContain('SECRET-KEY');
    },
  );

  it('is not followed in circles', async () => {
    Object.assign(server, { to: '', status: 307 });
    await asker.failure({ steps: [] }, infoOf('openai-completions', server.url));
    expect(server.asked.length).toBeLessThan(6);
  });
});
