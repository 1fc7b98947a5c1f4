import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { FakeDiscord } from '../fakes/discord-server';
import { FakeSlack } from '../fakes/slack-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess } from '../harness/gateway-process';
import { type Frame, WireClient } from '../harness/wire-client';

describe('credentials of a channel, tried before they are kept', () => {
  let telegram: FakeTelegram;
  let discord: FakeDiscord;
  let slack: FakeSlack;
  let gateway: GatewayProcess;
  let client: WireClient;
  beforeAll(async () => {
    [telegram, discord, slack] = await Promise.all([FakeTelegram.start(), FakeDiscord.start(), FakeSlack.start()]);
    gateway = await GatewayProcess.start({
      config: {
        channels: {
          telegram: { enabled: false, apiRoot: telegram.apiRoot },
          discord: { enabled: false, apiRoot: discord.apiRoot },
          slack: { enabled: false, apiRoot: slack.apiRoot },
        },
      },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await Promise.all([telegram.stop(), discord.stop(), slack.stop()]);
  });

  const probe = (channel: string, credentials: object, more = {}): Promise<Frame> =>
    client.call('channels.probe', { channel, credentials, ...more });

  it('says whose they are, and keeps nothing', async () => {
    const before = readFileSync(join(gateway.stateDir, 'openclaw.json'), 'utf8');
    expect((await probe('telegram', { botToken: telegram.token })).payload).toMatchObject({
      ok: true,
      bot: { username: expect.any(String) as string },
    });
    expect((await probe('discord', { token: discord.token })).payload).toMatchObject({ ok: true });
    expect((await probe('slack', { botToken: slack.botToken, appToken: slack.appToken })).payload).toMatchObject({
      ok: true,
    });
    expect(readFileSync(join(gateway.stateDir, 'openclaw.json'), 'utf8')).toBe(before);
  });

  it('says why they do not work, without repeating them', async () => {
    for (const [channel, credentials] of [
      ['telegram', { botToken: '7000:CANARY-wrong' }],
      ['discord', { token: 'CANARY-wrong' }],
      ['slack', { botToken: 'xoxb-CANARY-wrong' }],
      ['slack', { botToken: slack.botToken, appToken: 'xapp-CANARY-wrong' }],
    ] as const) {
      const { payload } = await probe(channel, credentials);
      expect([channel, payload]).toEqual([channel, expect.objectContaining({ ok: false })]);
      expect(JSON.stringify(payload)).not.toContain('CANARY');
    }
    expect(gateway.log).not.toContain('CANARY');
  });

  it('sends them nowhere but to the address of the configuration', async () => {
    const asked: string[] = [];
    const thief = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => thief.once('listening', resolve));
    const apiRoot = `http://127.0.0.1:${(thief.address() as AddressInfo).port}`;
    for (const credentials of [
      { botToken: telegram.token, apiRoot },
      { botToken: telegram.token, tokenFile: '/etc/passwd' },
      { botToken: `x/../../${apiRoot} ` },
      { botToken: { toString: 'x' } },
      {},
    ])
      expect((await probe('telegram', credentials)).error?.code).toBe('INVALID_REQUEST');
    expect((await probe('telegram', { botToken: telegram.token }, { apiRoot })).error?.code).toBe('INVALID_REQUEST');
    // A token is one segment of the address, whatever is in it.
    await probe('telegram', { botToken: `@127.0.0.1:${(thief.address() as AddressInfo).port}/x` });
    expect(asked).toEqual([]);
    thief.close();
    expect((await probe('mars', { token: 'x' })).error?.message).toContain('mars');
  });
});
