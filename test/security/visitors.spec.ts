import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { newPass, visitorOf } from '../../src/channels/webpage/visitor-pass';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';

const TOKEN = 'a-token-for-the-page-of-the-tests';
const OTHER_TOKEN = 'a-token-for-another-page-of-them';

describe('passes of visitors', () => {
  const maker = { secret: randomBytes(32), account: 'default', token: TOKEN };
  const header = ({ visitor, key }: { visitor: string; key: string }): string => `Bearer ${visitor}.${key}`;

  it('hold for whom they were made, where they were made', () => {
    const pass = newPass(maker);
    expect(pass.visitor).toMatch(/^[0-9a-f]{32}$/);
    expect(visitorOf(maker, header(pass))).toBe(pass.visitor);
    expect(visitorOf({ ...maker, secret: randomBytes(32) }, header(pass))).toBeUndefined();
    expect(visitorOf({ ...maker, account: 'other' }, header(pass))).toBeUndefined();
    expect(visitorOf({ ...maker, token: OTHER_TOKEN }, header(pass))).toBeUndefined();
  });

  it('property: nothing that is made from the public token holds', () => {
    const { visitor } = newPass(maker);
    fc.assert(
      fc.property(
        fc.oneof(fc.constant(visitor), fc.string(), fc.stringMatching(/^[0-9a-f]{32}$/)),
        fc.constantFrom('', 'visitor:', 'default:', `visitor:${TOKEN}:`),
        fc.constantFrom('base64url' as const, 'hex' as const),
        (id, prefix, encoding) => {
          const key = createHmac('sha256', TOKEN).update(`${prefix}${id}`).digest(encoding);
          expect(visitorOf(maker, header({ visitor: id, key }))).toBeUndefined();
        },
      ),
    );
  });
});

describe('the page of a running gateway', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  const config = (): Record<string, unknown> => ({
    models: { providers: { fake: models.provider('openai-completions') } },
    agents: { defaults: { model: { primary: 'fake/fake-1' } } },
    channels: { webpage: { token: TOKEN, accounts: { shop: { token: OTHER_TOKEN } } } },
  });
  beforeAll(async () => {
    models = await FakeModels.start();
    gateway = await GatewayProcess.start({ config: config() });
  });
  afterAll(async () => {
    await gateway.stop();
    await models.stop();
  });

  const call = (path: string, init: RequestInit = {}, pass?: string): Promise<Response> =>
    fetch(`${gateway.http}/webpage/api/${path}`, {
      ...init,
      headers: { 'content-type': 'application/json', ...(pass ? { authorization: `Bearer ${pass}` } : {}) },
    });
  const visit = (body: object = { token: TOKEN }): Promise<Response> =>
    call('visit', { method: 'POST', body: JSON.stringify(body) });
  const visitor = async (body?: object): Promise<string> =>
    ((await (await visit(body)).json()) as { pass: string }).pass;
  const say = (pass: string, text: string): Promise<Response> =>
    call('messages', { method: 'POST', body: JSON.stringify({ id: `message-${text}`, text }) }, pass);
  const forged = (id: string): string =>
    `${id}.${createHmac('sha256', TOKEN).update(`visitor:${id}`).digest('base64url')}`;

  it('reads no conversation to whoever has only learnt its id', async () => {
    const pass = await visitor();
    expect((await say(pass, 'secret-order')).status).toBe(200);
    await until('the answer', async () => (await (await call('messages', {}, pass)).text()).includes('Hello.'));
    const [id = ''] = pass.split('.');
    for (const path of ['messages', 'events']) expect((await call(path, {}, forged(id))).status).toBe(401);
    expect((await say(forged(id), 'as-somebody-else')).status).toBe(401);
    expect(await visitor({ token: TOKEN, pass: forged(id) })).not.toContain(id);
    expect(await visitor({ token: TOKEN, pass })).toBe(pass);
  });

  it('takes no visitors that made themselves', async () => {
    for (let count = 0; count < 5; count++)
      expect((await say(forged(randomBytes(16).toString('hex')), 'hello')).status).toBe(401);
  });

  it('does not take a pass of one account for another', async () => {
    const pass = await visitor({ token: OTHER_TOKEN });
    expect((await say(pass, 'in-the-shop')).status).toBe(200);
    expect(await visitor({ token: TOKEN, pass })).not.toBe(pass);
  });

  it('lets in so many new visitors of one address in a minute; those who are in are not held back', async () => {
    const pass = await visitor();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () =>
        visit().then(async (answer) => ({ status: answer.status, retry: answer.headers.get('retry-after') })),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect(Number(refused[0]?.retry)).toBeGreaterThan(0);
    expect((await say(pass, 'still-here')).status).toBe(200);
    expect(await visitor({ token: TOKEN, pass })).toBe(pass);
  });

  it('knows its visitors after a restart', async () => {
    const pass = await visitor({ token: OTHER_TOKEN });
    await gateway.signal('SIGTERM');
    const { stateDir, port } = gateway;
    gateway = await GatewayProcess.start({ stateDir, port });
    expect(await visitor({ token: OTHER_TOKEN, pass })).toBe(pass);
  });
});
