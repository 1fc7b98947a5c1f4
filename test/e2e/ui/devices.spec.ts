import type { Browser } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { FakeNode } from '../../harness/fake-node';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';
import { TestDevice, WireClient, connectParams } from '../../harness/wire-client';

/** From another machine: whoever comes from this one is let in at once. */
const FAR = { 'x-forwarded-for': '203.0.113.7' };

describeWithBrowser('devices and nodes on the page', () => {
  let browser: Browser;
  let bench: ToolBench;
  beforeAll(async () => {
    browser = await openBrowser();
    bench = await ToolBench.start();
  });
  afterAll(async () => {
    await bench.stop();
    await browser.close();
  });

  it('shows a machine, has it do something, names it, and forgets it only when that can’t be undone any more', async () => {
    const node = await FakeNode.connect(
      bench.gateway.url,
      bench.client,
      { platform: 'linux', displayName: 'Attic', commands: ['system.which', 'system.notify'] },
      (command, params) => ({ command, params, bins: { ffmpeg: '/usr/bin/ffmpeg' } }),
    );
    const { page, errors } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/devices#token=${TEST_TOKEN}`);
    const row = page.getByTestId('nodes').getByRole('listitem');
    await row.getByText('Attic', { exact: true }).waitFor();
    await row.getByText('connected', { exact: true }).waitFor();
    expect(await page.getByTestId('devices').getByText('Attic').count()).toBe(0);
    await row.getByRole('button', { name: 'Details' }).click();
    const call = row.getByTestId('node-call');
    await call.getByLabel('Have it do').selectOption('system.which');
    await call.getByLabel('Parameters (JSON)').fill('{ bins');
    await call.getByRole('button', { name: 'Ask it' }).click();
    await call.getByText('The parameters are not valid JSON.').waitFor();
    await call.getByLabel('Parameters (JSON)').fill('{ "bins": ["ffmpeg"] }');
    await call.getByRole('button', { name: 'Ask it' }).click();
    await call.getByText('/usr/bin/ffmpeg').waitFor();

    await row.getByRole('button', { name: 'Rename' }).click();
    await row.getByLabel('Name of the node').fill('Under the roof');
    await row.getByLabel('Name of the node').press('Enter');
    await row.getByText('Under the roof', { exact: true }).waitFor();

    const names = async (): Promise<(string | undefined)[]> => {
      const { nodes } = await bench.client.done<{ nodes: { displayName?: string }[] }>('node.list', {});
      return nodes.map(({ displayName }) => displayName);
    };
    await row.getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
    expect(await names()).toEqual(['Under the roof']);
    await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
    await row.getByText('Under the roof', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Details' }).click();
    await row.getByRole('button', { name: 'Remove' }).click();
    await page.getByTestId('toast').getByRole('button', { name: 'Close' }).click();
    await page.getByText('No node is connected yet').waitFor();
    await until('it is forgotten', async () => (await names()).length === 0);
    expect(errors).toEqual([]);
    node.close();
    await page.close();
  });

  it('asks before a machine that was let in may do more', async () => {
    const { gateway, client } = bench;
    const device = new TestDevice();
    const connect = async (commands: string[]): Promise<WireClient> => {
      const socket = await WireClient.open(gateway.url, FAR);
      const params = connectParams({
        role: 'node',
        scopes: [],
        client: { id: 'node-host', version: '1', platform: 'linux', mode: 'node', displayName: 'Cellar' },
        caps: ['system'],
        commands,
      });
      const answer = await socket.call('connect', device.sign('v3', socket.nonce, params));
      if (answer.ok) return socket;
      const { pending } = await client.done<{ pending: { requestId: string }[] }>('device.pair.list', {});
      await client.done('device.pair.approve', { requestId: pending[0]?.requestId });
      socket.close();
      return connect(commands);
    };
    (await connect(['system.which'])).close();
    const wider = await connect(['system.which', 'system.notify']);
    const { page, errors } = await openPage(browser);
    await page.goto(`${gateway.http}/devices#token=${TEST_TOKEN}`);
    const row = page.getByTestId('nodes').getByRole('listitem').filter({ hasText: 'Cellar' });
    const asks = row.getByTestId('node-asks');
    await asks.getByText('It asks to be able to do more: system.notify').waitFor();
    await row.getByText('asks for more').waitFor();
    await asks.getByRole('button', { name: 'Allow' }).click();
    await asks.waitFor({ state: 'detached' });
    await row.getByText('connected', { exact: true }).waitFor();
    const { nodes } = await client.done<{ nodes: { commands: string[] }[] }>('node.list', {});
    expect(nodes.map(({ commands }) => [...commands].sort())).toEqual([['system.notify', 'system.which']]);
    expect(errors).toEqual([]);
    wider.close();
    await page.close();
  });

  it('calls a browser what one calls it, says what it may do, and removes it with a way back', async () => {
    const { page, errors } = await openPage(browser);
    const { page: other } = await openPage(browser);
    for (const each of [page, other]) {
      await each.goto(`${bench.gateway.http}/devices#token=${TEST_TOKEN}`);
      await each.getByTestId('devices').getByText('may: everything').first().waitFor();
    }
    const rows = page.getByTestId('devices').getByRole('listitem');
    await rows.first().getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('Name of the device').fill('Kitchen tablet');
    await page.getByLabel('Name of the device').press('Enter');
    const tablet = rows.filter({ hasText: 'Kitchen tablet' });
    await tablet.waitFor();
    await tablet.getByRole('button', { name: 'Remove' }).click();
    await tablet.waitFor({ state: 'detached' });
    await page.getByTestId('toast').filter({ hasText: 'Kitchen tablet' }).getByRole('button', { name: 'Undo' }).click();
    await tablet.waitFor();
    expect(await tablet.count()).toBe(1);
    expect(errors).toEqual([]);
    await other.close();
    await page.close();
  });
});
