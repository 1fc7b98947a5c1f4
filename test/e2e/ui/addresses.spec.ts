import { type IncomingMessage, createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { GatewayProcess, TEST_TOKEN, until } from '../../harness/gateway-process';

/** A proxy that serves gateways below paths which they have never heard of. */
async function proxyOf(ports: Readonly<Record<string, number>>): Promise<{ origin: string; close(): void }> {
  const placeOf = ({ url = '/' }: IncomingMessage): { port: number; path: string } | undefined => {
    const prefix = Object.keys(ports).find((each) => url.startsWith(`${each}/`));
    return prefix === undefined ? undefined : { port: ports[prefix] ?? 0, path: url.slice(prefix.length) };
  };
  const server = createServer((incoming, outgoing) => {
    const place = placeOf(incoming);
    if (!place) return void outgoing.writeHead(404).end();
    const forward = httpRequest({ ...place, method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forward).on('error', () => outgoing.destroy());
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket) => {
    const place = placeOf(incoming);
    if (!place) return void socket.destroy();
    const onward = connect(place.port, '127.0.0.1', () => {
      const headers = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${String(value)}`);
      onward.write(`GET ${place.path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
      socket.pipe(onward).pipe(socket);
    });
    for (const each of [socket, onward]) each.on('error', () => [socket, onward].forEach((end) => end.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describeWithBrowser('addresses of the page', () => {
  let browser: Browser;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    browser = await openBrowser();
    gateway = await GatewayProcess.start();
  });
  afterAll(async () => {
    await gateway.stop();
    await browser.close();
  });
  const connected = (page: Page): Promise<void> =>
    page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor();

  it('work below a path that only a proxy knows of, with links, history and a visit of later', async () => {
    const proxy = await proxyOf({ '/my/assistant': gateway.port });
    const { page, errors } = await openPage(browser);
    try {
      const at = (rest: string): string => `${proxy.origin}/my/assistant/${rest}`;
      await page.goto(at(`#token=${TEST_TOKEN}`));
      await connected(page);
      await page.getByRole('link', { name: 'Home' }).click();
      await page.getByRole('heading', { level: 1, name: /Good/ }).waitFor();
      expect(page.url()).toBe(at('home'));
      await page.getByRole('link', { name: 'Chats' }).click();
      await page.getByRole('button', { name: 'New conversation' }).click();
      const conversation = page.url();
      expect(conversation).toContain('/my/assistant/chats?s=');
      await page.goBack();
      await page.goBack();
      expect(page.url()).toBe(at('home'));
      await page.getByRole('heading', { level: 1, name: /Good/ }).waitFor();
      await page.goForward();
      await page.goForward();
      expect(page.url()).toBe(conversation);
      await page.reload();
      await connected(page);
      expect(page.url()).toBe(conversation);
      expect(errors).toEqual([]);
    } finally {
      await page.close();
      proxy.close();
    }
  });

  it('of OpenClaw lead to where its view is now', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${gateway.http}/chat?session=main#token=${TEST_TOKEN}`);
    await connected(page);
    await page.waitForURL(`${gateway.http}/chats?s=main`);
    await page.goto(`${gateway.http}/overview`);
    await page.waitForURL(`${gateway.http}/home`);
    await page.getByTestId('status-panel').waitFor();
    await page.close();
  });

  it('lead to their view also where the gateway was gone when it was asked for', async () => {
    const { page } = await openPage(browser);
    try {
      await page.goto(`${gateway.http}/home#token=${TEST_TOKEN}`);
      await page.getByTestId('status-panel').waitFor();
      let refused = 0;
      await page.route('**/*', (route) => {
        refused++;
        return route.abort('connectionrefused');
      });
      await page.getByRole('link', { name: 'Debug' }).first().click();
      await until('its parts were asked for more than once', () => refused > 4);
      expect(await page.getByText('This view could not be shown.').count()).toBe(0);
      await page.unrouteAll();
      await page.getByRole('heading', { name: 'Debug', level: 1 }).waitFor();
      // Those of an older build, which are no more.
      await page.route('**/assets/*', (route) => route.fulfill({ status: 404, body: 'gone' }));
      await page.getByRole('link', { name: 'Devices' }).first().click();
      await page.getByText('This view could not be shown.').waitFor();
    } finally {
      await page.close();
    }
  });

  it('keep gateways in different folders of one origin apart', async () => {
    const other = await GatewayProcess.start({
      config: { gateway: { auth: { mode: 'token', token: `${TEST_TOKEN}-other` } } },
    });
    const proxy = await proxyOf({ '/one': gateway.port, '/two': other.port });
    const { origin } = proxy;
    const { page } = await openPage(browser);
    try {
      await page.goto(`${origin}/one/#token=${TEST_TOKEN}`);
      await connected(page);
      await page.goto(`${origin}/two/#token=${TEST_TOKEN}-other`);
      await connected(page);
      // Neither has taken the other's place.
      await page.goto(`${origin}/one/home`);
      await connected(page);
      await page.goto(`${origin}/two/home`);
      await connected(page);
    } finally {
      await page.close();
      proxy.close();
      await other.stop();
    }
  });
});
