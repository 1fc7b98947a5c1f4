import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { FakeSite } from '../fakes/web-site';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const SECRET = 'a shared secret of both sides';

interface Posted {
  type: string;
  id: string;
  text: string;
  chat: { id: string };
  replyToId?: string;
}

describe('the webhook channel', () => {
  let site: FakeSite;
  let models: FakeModels;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    site = await FakeSite.start();
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({
      steps: [{ text: `You said: ${lastUser.replace(/^\[.*?\] /, '').split('\n\n[')[0]}` }],
    });
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          webhook: {
            secret: SECRET,
            url: `${site.url}/answers`,
            dmPolicy: 'allowlist',
            allowFrom: ['ann'],
            groupPolicy: 'open',
          },
        },
      },
    });
    site.json('/answers', {});
    const client = await WireClient.connected(gateway.url);
    await until('the channel', async () =>
      JSON.stringify((await client.call('channels.status', {})).payload).includes('"connected":true'),
    );
    client.close();
  });
  afterAll(async () => {
    await gateway.stop();
    await models.stop();
    await site.stop();
  });

  const signature = (timestamp: string, body: string, secret = SECRET): string =>
    `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
  const now = (): string => String(Math.floor(Date.now() / 1000));
  const post = (
    message: unknown,
    {
      timestamp = now(),
      secret = SECRET,
      account = 'default',
      sent,
    }: { timestamp?: string; secret?: string; account?: string; sent?: string } = {},
  ): Promise<Response> => {
    const body = JSON.stringify(message);
    return fetch(`${gateway.http}/channels/webhook/${account}`, {
      method: 'POST',
      headers: {
        'x-openclaw-timestamp': timestamp,
        'x-openclaw-signature': signature(timestamp, sent ?? body, secret),
      },
      body,
    });
  };
  const message = (id: string, text: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    id,
    chat: { id: 'home' },
    sender: { id: 'ann', name: 'Ann' },
    text,
    ...more,
  });
  const posted = (): Posted[] => site.asked('/answers').map(({ body }) => JSON.parse(body) as Posted);
  const answered = (text: string): Promise<void> =>
    until(`"${text}"`, () => posted().some((each) => each.text === text));

  it('takes signed messages, answers signed, and knows a message that comes again', async () => {
    const first = await post(message('m-1', 'Good morning'));
    expect([first.status, await first.json()]).toEqual([200, { ok: true, kind: 'accepted' }]);
    expect(await (await post(message('m-1', 'Good morning'))).json()).toEqual({ ok: true, kind: 'duplicate' });
    await answered('You said: Good morning');
    const [request] = site.asked('/answers');
    const timestamp = String(request?.headers['x-openclaw-timestamp']);
    expect(request?.headers['x-openclaw-signature']).toBe(signature(timestamp, request?.body ?? ''));
    expect(posted()[0]).toMatchObject({ type: 'message', chat: { id: 'home' }, replyToId: 'm-1' });
    expect(posted().filter(({ text }) => text === 'You said: Good morning')).toHaveLength(1);
  });

  it.each([
    ['another secret', {}, { secret: 'another secret altogether' }, 401, 'BAD_SIGNATURE'],
    ['another body', {}, { sent: '{}' }, 401, 'BAD_SIGNATURE'],
    ['an old time', {}, { timestamp: String(Math.floor(Date.now() / 1000) - 900) }, 401, 'BAD_SIGNATURE'],
    ['no time', {}, { timestamp: 'now' }, 401, 'BAD_SIGNATURE'],
    ['another account', {}, { account: 'other' }, 503, 'NOT_RUNNING'],
    ['a field that is missing', { sender: undefined }, {}, 400, 'BAD_MESSAGE'],
    ['a field that nobody knows', { isOwner: true }, {}, 400, 'BAD_MESSAGE'],
  ])('refuses %s, and nothing of it is kept', async (_, more, options, status, code) => {
    const before = models.requests.length;
    const answer = await post(message(`bad-${Math.random()}`, 'Do it', more), options);
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([status, code]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(models.requests).toHaveLength(before);
  });

  it.each([
    ['attachments', { attachments: [{ url: 'https://a.example/b.png' }] }],
    ['images', { images: ['x'] }],
    ['type', { type: 'location' }],
    ['avatar', { sender: { id: 'ann', avatar: 'x' } }],
    ['topic', { chat: { id: 'home', topic: 'x' } }],
  ])('names what it does not know: %s', async (field, more) => {
    const answer = await post(message(`unknown-${field}`, 'Look', more));
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: { message: string } }).error.message).toContain(
      `unexpected property '${field}'`,
    );
  });

  it('passes the same gate: strangers get no model, groups must speak to the assistant', async () => {
    const stranger = await post(message('s-1', 'hello', { sender: { id: 'mallory' } }));
    expect(await stranger.json()).toMatchObject({ ok: true, kind: 'dropped' });
    const chat = { id: 'team', type: 'group' };
    expect(await (await post(message('g-1', 'just talking', { chat }))).json()).toMatchObject({
      kind: 'dropped',
      reason: 'not mentioned',
    });
    expect(await (await post(message('g-2', 'assistant?', { chat, mentionsBot: true }))).json()).toMatchObject({
      kind: 'accepted',
    });
    await answered('You said: assistant?');
  });

  it('delivers later what the other side could not take, with the same id', async () => {
    site.pages.set('/answers', { type: 'text/plain', body: 'oops', status: 500 });
    await post(message('m-2', 'Try again'));
    await until('a first try', () => posted().some(({ text }) => text === 'You said: Try again'));
    const tried = posted().filter(({ text }) => text === 'You said: Try again').length;
    site.json('/answers', { id: 'theirs-7' });
    await until('another try', () => posted().filter(({ text }) => text === 'You said: Try again').length > tried);
    const ids = posted()
      .filter(({ text }) => text === 'You said: Try again')
      .map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
  });

  it('takes files with a message, keeps them, and says which one is no base64 or too large', async () => {
    const content = Buffer.from('a;b\n1;2\n').toString('base64');
    await post(message('f-1', 'See the file', { files: [{ name: '../table.csv', content }] }));
    await until('the answer', () => posted().some(({ text }) => text.startsWith('You said: See the file')), 15_000);
    const asked = models.requests.at(-1)?.text ?? '';
    const [, path = ''] = /kept as (inbox\/\S+\.csv)/.exec(asked) ?? [];
    expect(readFileSync(join(gateway.stateDir, 'workspace', path), 'utf8')).toBe('a;b\n1;2\n');
    const bad = await post(message('f-2', 'x', { files: [{ name: 'a', content: 'no base64!' }] }));
    expect([bad.status, JSON.stringify(await bad.json())]).toEqual([400, expect.stringContaining('content')]);
    const large = Buffer.alloc(6 * 1024 * 1024).toString('base64');
    expect((await post(message('f-3', 'x', { files: [{ name: 'a', content: large }] }))).status).toBe(413);
  });

  it('gives commands like every other channel', async () => {
    const taken = await post(message('c-1', '/whoami'));
    expect([taken.status, await taken.json()]).toEqual([200, { ok: true, kind: 'accepted' }]);
    await until('the answer', () => posted().some(({ text }) => text.includes('You: ann (webhook Ann)')));
  });
});
