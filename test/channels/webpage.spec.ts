import { createServer } from 'node:http';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import type { Browser } from 'playwright-core';
import { describeWithBrowser, openBrowser } from '../harness/browser';
import { GatewayProcess, freePort, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const TOKEN = 'a-token-for-the-page-of-the-tests';

describe('the page for other sites', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<h1>Flowers</h1><script src="${gateway.http}/webpage/embed.js" data-token="${TOKEN}" data-title="Ask us"></script>`,
    );
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({
      steps: [{ text: `**You said:** ${lastUser.replace(/^\[.*?\] /, '').split('\n')[0]}` }],
    });
    gateway = await GatewayProcess.start({
      port: await freePort(),
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          webpage: {
            token: TOKEN,
            name: 'Flower shop',
            greeting: 'What can I do for you?',
            allowedOrigins: [`http://127.0.0.1:${(site.address() as AddressInfo).port}`],
            messagesPerMinute: 6,
          },
        },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await models.stop();
    await new Promise((resolve) => site.close(resolve));
  });

  const call = (path: string, init: RequestInit = {}, pass?: string): Promise<Response> =>
    fetch(`${gateway.http}/webpage/api/${path}`, {
      ...init,
      headers: { 'content-type': 'application/json', ...(pass ? { authorization: `Bearer ${pass}` } : {}) },
    });
  const visit = async (body: Record<string, unknown> = { token: TOKEN }): Promise<{ pass: string; name: string }> =>
    (await (await call('visit', { method: 'POST', body: JSON.stringify(body) })).json()) as {
      pass: string;
      name: string;
    };
  const say = (pass: string, id: string, text: string): Promise<Response> =>
    call('messages', { method: 'POST', body: JSON.stringify({ id, text }) }, pass);
  const read = async (pass: string): Promise<{ role: string; text: string }[]> =>
    ((await (await call('messages', {}, pass)).json()) as { messages: { role: string; text: string }[] }).messages;

  it('gives each visitor a conversation of their own, and nothing else', async () => {
    const first = await visit();
    const second = await visit();
    expect(first.name).toBe('Flower shop');
    expect(await visit({ token: TOKEN, pass: first.pass })).toMatchObject({ pass: first.pass });
    expect((await say(first.pass, 'message-1', 'my order is 17')).status).toBe(200);
    await until('the answer', async () =>
      (await read(first.pass)).some(({ role, text }) => role === 'assistant' && text.includes('my order is 17')),
    );
    expect(await read(second.pass)).toEqual([]);
    const [visitor] = first.pass.split('.');
    expect((await say(`${visitor}.${second.pass.split('.')[1]}`, 'message-2', 'let me see')).status).toBe(401);
    expect((await call('visit', { method: 'POST', body: '{"token":"guess"}' })).status).toBe(401);
    // The token opens the page alone, not the gateway.
    const rpc = await fetch(`${gateway.http}/rpc`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: '{"jsonrpc":"2.0","id":1,"method":"status"}',
    });
    expect(rpc.status).toBe(401);
  });

  it('names what a message holds beside its text, and takes nothing of it', async () => {
    const { pass } = await visit();
    const before = models.requests.length;
    const body = JSON.stringify({ id: 'message-with-more', text: 'look', attachments: [{ content: 'x' }] });
    const answer = await call('messages', { method: 'POST', body }, pass);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      ok: false,
      error: { code: 'BAD_MESSAGE', message: '"attachments" is unknown; a message has id, text and pictures' },
    });
    expect(await read(pass)).toEqual([]);
    expect(models.requests).toHaveLength(before);
  });

  it('answers the same message once, as to a stranger, and holds back who writes too much', async () => {
    const before = models.requests.length;
    const { pass } = await visit();
    for (let copy = 0; copy < 3; copy++) expect((await say(pass, 'same-message', 'just once')).status).toBe(200);
    await until('the answer', async () => (await read(pass)).length === 2);
    expect((await read(pass)).map(({ role }) => role)).toEqual(['visitor', 'assistant']);
    expect(models.requests.length).toBe(before + 1);
    await say(pass, 'a-command-1', '/config get gateway.auth.token');
    for (let more = 0; more < 2; more++) await say(pass, `more-of-it-${more}`, 'hello');
    const refused = await say(pass, 'too-much-now', 'hello');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(JSON.stringify(await read(pass))).not.toContain('test-token-that-is-long');
  });

  it('may be framed by the sites that are listed alone', async () => {
    const page = await fetch(`${gateway.http}/webpage/`);
    expect(page.headers.get('content-security-policy')).toContain(
      `frame-ancestors 'self' http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    );
    expect((await fetch(`${gateway.http}/webpage/assets/..%2findex.html`)).status).toBe(404);
  });

  describeWithBrowser('in a browser', () => {
    let browser: Browser;
    beforeAll(async () => (browser = await openBrowser()));
    afterAll(() => browser.close());

    it('opens from a button of the site, answers, and remembers the talk', async () => {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
      await page.getByRole('button', { name: 'Ask us' }).click();
      const frame = page.frameLocator('iframe');
      await frame.getByText('What can I do for you?').waitFor();
      await frame.getByRole('textbox').fill('Do you have roses?');
      await frame.getByRole('textbox').press('Enter');
      await frame.locator('.bubble.assistant strong', { hasText: 'You said:' }).waitFor();
      await frame.getByText('Do you have roses?').first().waitFor();
      if (process.env['TEST_SCREENSHOTS'])
        await page.screenshot({ path: `${process.env['TEST_SCREENSHOTS']}/webpage.png` });
      await page.reload();
      await page.getByRole('button', { name: 'Ask us' }).click();
      const later = page.frameLocator('iframe');
      await later.locator('.bubble.visitor', { hasText: 'roses' }).waitFor();

      // Whoever reads further up is left there, and each text runs in its own direction.
      const [usual, taken] = [models.answer, new Gate()];
      models.answer = () => ({ steps: [{ until: taken }, { text: 'نعم، لدينا ورود.' }] });
      await later.getByRole('textbox').fill('هل لديكم ورود؟');
      await later.getByRole('textbox').press('Enter');
      const own = later.locator('.bubble.visitor').last();
      await own.getByText('ورود').waitFor();
      expect(
        await own.evaluate(
          (element) =>
            (globalThis as unknown as { getComputedStyle(of: unknown): Record<string, string> }).getComputedStyle(
              element,
            )['direction'],
        ),
      ).toBe('rtl');
      const talk = later.getByRole('log');
      await talk.evaluate((element) => {
        element.querySelector('.bubble').style.minHeight = '3000px';
        element.scrollTop = 10;
        element.dispatchEvent(new Event('scroll', { bubbles: true }));
      });
      taken.open();
      await later.locator('.bubble.assistant', { hasText: 'لدينا' }).waitFor();
      expect(await talk.evaluate((element) => element.scrollTop)).toBeLessThan(100);
      models.answer = usual;
      await page.close();
    });
  });

  it('keeps a message that can not be handled, once, and goes on', async () => {
    const { pass } = await visit();
    const spoil = (statement: string): void => {
      const database = new SqliteFile(join(gateway.stateDir, 'openclaw-nest.sqlite'));
      database.exec(statement);
      database.close();
    };
    spoil(
      `create trigger refuse before insert on inbox when new.payload like '%poison%' and new.state <> 'quarantined'
       begin select raise(abort, 'nobody can take this'); end`,
    );
    expect((await say(pass, 'poison-01', 'poison')).status).toBe(200);
    spoil('drop trigger refuse');
    const client = await WireClient.connected(gateway.url);
    const { payload } = await client.call('channels.deadLetters.list', { channel: 'webpage' });
    client.close();
    expect(payload?.['quarantined']).toMatchObject([{ reason: expect.stringContaining('nobody can take this') }]);
    expect((await say(pass, 'sound-001', 'and this?')).status).toBe(200);
    await until('the answer', async () => (await read(pass)).some(({ text }) => text.includes('and this?')));
  });
});
