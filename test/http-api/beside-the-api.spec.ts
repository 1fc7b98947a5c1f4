import { mkdirSync, writeFileSync } from 'node:fs';
import { TEST_TOKEN } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

/** The smallest picture that there is: one transparent pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==', 'base64');
/** As seen through a proxy, a program is not on the gateway's machine. */
const FAR = { 'x-forwarded-for': '203.0.113.7' };

describe('what there is over http beside the API', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = await ToolBench.start({
      config: {
        gateway: { http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: true } } } },
        agents: {
          list: [
            { id: 'main', default: true, identity: { name: 'Ada', avatar: 'face.gif' } },
            { id: 'plain', identity: { avatar: '../../openclaw.json' } },
            { id: 'away', identity: { avatar: 'https://example.com/a.png' } },
          ],
        },
      },
    });
    mkdirSync(bench.workspace(), { recursive: true });
    writeFileSync(bench.workspace('face.gif'), PIXEL);
    writeFileSync(bench.workspace('report [1].pdf'), '%PDF-1.4 words');
    writeFileSync(bench.workspace('notes.md'), 'Tea at four.');
  });
  afterAll(() => bench.stop());

  const get = (path: string, headers: Record<string, string> = { authorization: `Bearer ${TEST_TOKEN}` }) =>
    fetch(`${bench.gateway.http}${path}`, { headers });
  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${bench.gateway.http}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_TOKEN}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const bytes = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

  describe('files that an answer hands over', () => {
    const says = 'Here they are.\nMEDIA:face.gif\nMEDIA:report [1].pdf';
    const links = (text: string): string[] =>
      [...text.matchAll(/\]\((http[^)]+)\)/g)].map(([, address = '']) => address);

    async function opens(text: string): Promise<void> {
      expect(text).not.toContain('MEDIA:');
      expect(text).toMatch(/^Here they are\.\n\n!\[face\.gif\]\(http[^)]+\)\n\[report \\\[1\\\]\.pdf\]\(http[^)]+\)$/);
      const [picture = '', document = ''] = links(text);
      // The link itself is the permission: a browser shows it without the secret.
      const shown = await fetch(picture);
      expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/gif']);
      expect(await bytes(shown)).toEqual(PIXEL);
      expect((await bytes(await fetch(document))).toString()).toBe('%PDF-1.4 words');
      expect((await fetch(picture.replace(/signature=.*/, 'signature=x'))).status).toBe(404);
    }

    beforeEach(() => (bench.models.answer = () => ({ steps: [{ text: says }] })));

    it('come as links with a completion, whole and streamed', async () => {
      const body = { model: 'openclaw', messages: [{ role: 'user', content: 'give' }] };
      const whole = (await (await post('/v1/chat/completions', body)).json()) as {
        choices: { message: { content: string } }[];
      };
      await opens(whole.choices[0]?.message.content ?? '');
      const stream = await (await post('/v1/chat/completions', { ...body, stream: true })).text();
      const pieces = stream
        .split('\n')
        .filter((line) => line.startsWith('data: {'))
        .map((line) => JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] });
      await opens(pieces.map(({ choices }) => choices[0]?.delta.content ?? '').join(''));
    });

    it('come as links with a response', async () => {
      const { output } = (await (await post('/v1/responses', { input: 'give' })).json()) as {
        output: { content: { text: string }[] }[];
      };
      await opens(output[0]?.content[0]?.text ?? '');
    });

    it('are named where they are not there', async () => {
      bench.models.answer = () => ({ steps: [{ text: 'MEDIA:none.png' }] });
      const answer = await post('/v1/chat/completions', { messages: [{ role: 'user', content: 'give' }] });
      expect(JSON.stringify(await answer.json())).toContain('none.png');
    });
  });

  it('is told as an OpenAPI document, with the parameters of every method', async () => {
    expect((await get('/openapi.json', {})).status).toBe(401);
    const document = (await (await get('/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, object>;
      components: { schemas: Record<string, { properties: { params: { required?: string[] } } }> };
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/v1/chat/completions', '/tools/invoke', '/rpc', '/healthz']),
    );
    expect(document.components.schemas['chat.send']?.properties.params.required).toEqual([
      'sessionKey',
      'message',
      'idempotencyKey',
    ]);
    for (const [path, operations] of Object.entries(document.paths)) {
      if (path.includes('{')) continue;
      const method = 'post' in operations ? 'POST' : 'GET';
      const { status } = await fetch(`${bench.gateway.http}${path}`, { method });
      expect([path, [200, 401].includes(status)]).toEqual([path, true]);
    }
  });

  it('is a tool call for whoever shows the secret, from wherever they reach the port', async () => {
    const call = { tool: 'read', args: { path: 'notes.md' } };
    expect((await post('/tools/invoke', call, FAR)).status).toBe(200);
    expect((await post('/tools/invoke', call, { ...FAR, authorization: 'Bearer wrong' })).status).toBe(401);
    // What is left out by itself is left out there, too.
    for (const tool of ['exec', 'apply_patch', 'cron', 'gateway', 'nodes'])
      expect([tool, (await post('/tools/invoke', { tool }, FAR)).status]).toEqual([tool, 404]);
    // Whoever sets the gateway up is a device that was let in, or on its machine.
    const set = { jsonrpc: '2.0', id: 1, method: 'config.set', params: {} };
    expect(JSON.stringify(await (await post('/rpc', set, FAR)).json())).toContain('missing scope');
  });

  describe('for the page of an OpenClaw release', () => {
    it('is whom it belongs to', async () => {
      expect((await get('/control-ui-config.json', {})).status).toBe(401);
      expect(await (await get('/control-ui-config.json')).json()).toMatchObject({
        basePath: '',
        assistantName: 'Ada',
        assistantAgentId: 'main',
        serverVersion: expect.any(String) as string,
        terminalEnabled: false,
      });
    });

    it('is the picture of an agent, and nothing else', async () => {
      expect((await get('/avatar/main', {})).status).toBe(401);
      expect(await (await get('/avatar/main?meta=1')).json()).toMatchObject({ avatarUrl: '/avatar/main' });
      const picture = await get('/avatar/main');
      expect(picture.headers.get('content-type')).toBe('image/gif');
      expect(await bytes(picture)).toEqual(PIXEL);
      expect(await (await get('/avatar/plain?meta=1')).json()).toMatchObject({ avatarUrl: null });
      expect((await get('/avatar/plain')).status).toBe(404);
      expect(await (await get('/avatar/away?meta=1')).json()).toMatchObject({ avatarUrl: 'https://example.com/a.png' });
    });

    it('is a file of an answer, by a ticket for this file', async () => {
      const path = '/__openclaw__/assistant-media?sessionKey=main&source=';
      expect((await get(`${path}face.gif&meta=1`, {})).status).toBe(401);
      const facts = (await (await get(`${path}face.gif&meta=1`)).json()) as { mediaTicket: string };
      expect(facts).toMatchObject({ available: true, mimeType: 'image/gif', sizeBytes: PIXEL.length });
      const ticket = `&mediaTicket=${facts.mediaTicket}`;
      expect(await bytes(await get(`${path}face.gif${ticket}`, {}))).toEqual(PIXEL);
      for (const other of ['report [1].pdf', '../openclaw.json'])
        expect((await get(`${path}${encodeURIComponent(other)}${ticket}`, {})).status).toBe(403);
      expect((await get(`${path}face.gif&mediaTicket=9999999999999.x`, {})).status).toBe(403);
      expect(await (await get(`${path}../openclaw.json&meta=1`)).json()).toMatchObject({ available: false });
      expect((await get(`${path}../openclaw.json`)).status).toBe(404);
    });
  });
});
