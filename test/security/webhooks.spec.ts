import { createHmac } from 'node:crypto';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';

const TOKEN = 'the-token-of-all-hooks';
const A = 'secret-of-mapping-a';
const OPS = 'secret-of-mapping-ops';

describe('secrets of webhooks', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'Noted.' }] });
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' }, heartbeat: { every: '0m' } } },
        hooks: {
          enabled: true,
          token: TOKEN,
          mappings: [
            {
              id: 'ops',
              match: { path: 'in', source: 'ops' },
              messageTemplate: 'OPS {{say}}',
              deliver: false,
              allowUnsafeExternalContent: true,
              signature: { secret: OPS },
            },
            { id: 'a', match: { path: 'in' }, messageTemplate: 'A {{say}}', deliver: false, signature: { secret: A } },
            { id: 'open', match: { path: 'by-token' }, messageTemplate: 'TOKEN {{say}}', deliver: false },
            // Of no address: it takes what nothing else takes.
            {
              id: 'rest',
              messageTemplate: 'REST {{say}}',
              deliver: false,
              signature: { header: 'x-rest', prefix: '', secret: 'secret-of-the-rest' },
            },
          ],
        },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await models.stop();
  });

  const hex = (secret: string, body: string): string => createHmac('sha256', secret).update(body).digest('hex');
  const signedBy = (secret: string, body: string): Record<string, string> => ({
    'x-hub-signature-256': `sha256=${hex(secret, body)}`,
  });
  const restBy = (secret: string, body: string): Record<string, string> => ({ 'x-rest': hex(secret, body) });
  const post = async (path: string, body: string, headers: Record<string, string>) => {
    const response = await fetch(`${gateway.http}/hooks/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    return { status: response.status, body: (await response.json().catch(() => ({}))) as Record<string, unknown> };
  };
  /** What wrong secrets get: after the twentieth they are told to wait. */
  const REFUSED = [401, 429];
  const heard = (words: string): string | undefined =>
    models.requests.map(({ lastUser }) => lastUser).find((text) => text.includes(words));
  const ran = async (words: string): Promise<string> => {
    await until(`a turn about ${words}`, () => heard(words) !== undefined);
    return heard(words) ?? '';
  };

  it('run their own mapping, whatever the body says', async () => {
    const claim = JSON.stringify({ source: 'ops', say: 'x1' });
    expect((await post('in', claim, signedBy(A, claim))).status).toBe(202);
    expect(await ran('A x1')).toContain('came from outside');

    const own = JSON.stringify({ source: 'ops', say: 'x2' });
    expect((await post('in', own, signedBy(OPS, own))).status).toBe(202);
    await ran('OPS x2');

    // It fits a mapping, but not one that takes this source.
    const other = JSON.stringify({ source: 'a', say: 'STOLEN' });
    expect((await post('in', other, signedBy(OPS, other))).status).toBe(404);
    expect(heard('STOLEN')).toBeUndefined();
  });

  it('open neither wake nor agent, nor another address', async () => {
    const wish = JSON.stringify({ message: 'STOLEN', text: 'STOLEN', say: 'STOLEN', channel: 'telegram', to: '999' });
    for (const path of ['agent', 'wake', 'agent/', '/agent', 'wake//'])
      for (const headers of [restBy('secret-of-the-rest', wish), signedBy(A, wish), signedBy(OPS, wish)])
        expect(REFUSED).toContain((await post(path, wish, headers)).status);
    for (const path of [
      ...['by-token', 'elsewhere', 'in2', '%61gent', 'agent;x', 'agent%2f', 'agent%00', 'AGENT', 'in%2f..%2fagent'],
      ...['%69n', 'in;x', 'IN', 'in%20', 'in/agent', ''],
    ])
      expect(REFUSED).toContain((await post(path, wish, signedBy(A, wish))).status);
    for (const headers of [
      signedBy(TOKEN, wish),
      { 'x-hub-signature-256': '' },
      { 'x-hub-signature-256': 'sha256=' },
      { authorization: `Bearer ${A}` },
      { 'x-openclaw-token': OPS },
    ])
      expect(REFUSED).toContain((await post('in', wish, headers as Record<string, string>)).status);
    expect(heard('STOLEN')).toBeUndefined();

    expect((await post('elsewhere', '{"say":"x4"}', restBy('secret-of-the-rest', '{"say":"x4"}'))).status).toBe(202);
    await ran('REST x4');
    expect((await post('agent', '{"message":"x5","deliver":false}', { authorization: `Bearer ${TOKEN}` })).status).toBe(
      202,
    );
    await ran('x5');
  });

  it('have keys of their own: one sender can not use up those of another', async () => {
    const body = JSON.stringify({ source: 'ops', say: 'x6', idempotencyKey: 'k-1' });
    const first = await post('in', body, signedBy(A, body));
    await ran('A x6');
    const second = await post('in', body, signedBy(OPS, body));
    expect(second.body['runId']).not.toBe(first.body['runId']);
    await ran('OPS x6');
    expect(await post('in', body, signedBy(A, body))).toEqual(first);
  });

  it('take keys of a limited length, in whichever place, and cut none into another', async () => {
    const token = { authorization: `Bearer ${TOKEN}` };
    const most = 'k'.repeat(256);
    const inBody = (key: string, say: string) => ({
      body: JSON.stringify({ say, source: 'ops', idempotencyKey: key }),
      headers: {},
    });
    const inHeader = (key: string, say: string) => ({
      body: JSON.stringify({ say, source: 'ops' }),
      headers: { 'idempotency-key': key },
    });
    const send = async (path: string, { body, headers }: ReturnType<typeof inBody>) =>
      post(path, body, { ...headers, ...(path === 'in' ? signedBy(A, body) : token) });
    for (const path of ['in', 'by-token'])
      for (const [place, name] of [
        [inBody, 'idempotencyKey: '],
        [inHeader, 'the header Idempotency-Key: '],
      ] as const) {
        for (const key of [`${most}k`, 'k'.repeat(8000)])
          expect(await send(path, place(key, 'TOO-LONG'))).toEqual({
            status: 400,
            body: { ok: false, error: `${name}must be at most 256 characters long` },
          });
        // Two of the longest that differ in the last letter only are two.
        const one = await send(path, place(most, 'x10'));
        const two = await send(path, place(`${most.slice(1)}-`, 'x10'));
        expect([one.status, two.status]).toEqual([202, 202]);
        expect(two.body['runId']).not.toBe(one.body['runId']);
      }
    // What parts a sender from their key can't be written by one who makes the key.
    for (const key of ['a\nb', 'a\u0000b', '\u0085'])
      expect(await send('by-token', inBody(key, 'x11'))).toMatchObject({
        status: 400,
        body: { error: 'idempotencyKey: must be one line without control characters' },
      });
    // An empty one is none.
    const [one, two] = [await send('in', inHeader('', 'x12')), await send('in', inHeader('', 'x12'))];
    expect(two.body['runId']).not.toBe(one.body['runId']);
    expect(heard('TOO-LONG')).toBeUndefined();
  });

  it('are let in after any number of wrong ones', async () => {
    const statuses = [];
    for (let count = 0; count < 30; count++)
      statuses.push((await post('agent', '{}', { authorization: `Bearer wrong-${count}` })).status);
    expect(statuses.filter((status) => !REFUSED.includes(status))).toEqual([]);
    expect(statuses.at(-1)).toBe(429);
    expect(
      (await post('wake', '{"text":"x7","mode":"next-heartbeat"}', { authorization: `Bearer ${TOKEN}` })).status,
    ).toBe(200);
    const body = JSON.stringify({ say: 'x8' });
    expect((await post('in', body, signedBy(A, body))).status).toBe(202);
  });
});
