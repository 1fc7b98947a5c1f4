import type { ModelRequest } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeSite } from '../fakes/web-site';
import { BROWSER, describeWithBrowser } from '../harness/browser';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';
import { PAGE_TOKEN, obedient, order } from './strangers/orders';

describeWithBrowser('the browser', () => {
  let site: FakeSite;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let marks = 0;

  beforeAll(async () => {
    site = await FakeSite.start();
    site.html('/login', '<title>Logged in</title><script>document.cookie = "sid=OWNER-SESSION; max-age=9999"</script>');
    site.html(
      '/account',
      '<title>Account</title><p id=p></p><script>p.textContent = "cookies: " + document.cookie</script>',
    );
    models = await FakeModels.start();
    models.answer = obedient;
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        browser: { noSandbox: true, executablePath: BROWSER },
        channels: { webpage: { token: PAGE_TOKEN } },
        tools: { guests: { alsoAllow: ['browser'] } },
      },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await site.stop();
    await models.stop();
  });

  const told = async (mark: string): Promise<string[]> => {
    const mine = (): ModelRequest | undefined =>
      models.requests.filter(({ lastUser }) => lastUser.includes(mark)).at(-1);
    await until(`an answer to ${mark}`, () =>
      JSON.stringify(mine() ? obedient(mine() as ModelRequest) : '').includes('All done'),
    );
    const { messages } = mine()?.body as { messages: { role: string; content: unknown }[] };
    return messages.filter(({ role }) => role === 'tool').map(({ content }) => JSON.stringify(content));
  };
  const browse = (args: Record<string, unknown>): string => order({ name: 'browser', args });
  const asOwner = async (...calls: Record<string, unknown>[]): Promise<string[]> => {
    const mark = `owner-${++marks}-`;
    await client.call('chat.send', {
      sessionKey: 'main',
      message: `${mark} ${site.url}/account ${calls.map(browse).join(' ')}`,
      idempotencyKey: mark,
    });
    return told(mark);
  };
  const post = async (path: string, body: object, pass?: string): Promise<{ pass: string }> =>
    (await (
      await fetch(`${gateway.http}/webpage/api/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(pass ? { authorization: `Bearer ${pass}` } : {}) },
        body: JSON.stringify(body),
      })
    ).json()) as { pass: string };
  const asGuest = async (pass: string, ...calls: Record<string, unknown>[]): Promise<string[]> => {
    const mark = `guest-${++marks}-`;
    const text = `${mark} ${site.url}/account ${site.url}/login ${calls.map(browse).join(' ')}`;
    await post('messages', { id: `message-${mark}`, text }, pass);
    return told(mark);
  };

  it('of a guest has no cookies and tabs of the owner or of another guest, and that of the owner keeps its own', async () => {
    const opened = await asOwner({ action: 'open', targetUrl: `${site.url}/login` });
    const [, tab = ''] = /(t\d+): /.exec(opened.join()) ?? [];
    expect(opened.join()).toContain('Logged in');
    const [{ pass: one }, { pass: other }] = [
      await post('visit', { token: PAGE_TOKEN }),
      await post('visit', { token: PAGE_TOKEN }),
    ];
    const [tabs, focus, snapshot, account, seen] = await asGuest(
      one,
      { action: 'tabs' },
      { action: 'focus', targetId: tab },
      { action: 'snapshot', targetId: tab },
      { action: 'open', targetUrl: `${site.url}/account` },
      { action: 'snapshot' },
    );
    expect([tabs, focus, snapshot].join()).not.toContain('Logged in');
    expect(account).toContain('Account');
    expect(seen).toContain('cookies:');
    expect(seen).not.toContain('OWNER-SESSION');
    expect((await asGuest(other, { action: 'tabs' })).join()).not.toContain('Account');
    const mine = await asOwner(
      { action: 'open', targetUrl: `${site.url}/account` },
      { action: 'snapshot' },
      { action: 'tabs' },
    );
    expect(mine.join()).toContain('OWNER-SESSION');
    expect(mine.join()).toContain('Logged in');
  });
});
