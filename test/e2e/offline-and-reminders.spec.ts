import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { type Frame, WireClient } from '../harness/wire-client';

describe('the offline assistant', () => {
  let gateway: GatewayProcess;
  let client: WireClient;
  let runs = 0;

  beforeAll(async () => {
    gateway = await GatewayProcess.start();
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
  });

  const ask = async (message: string, sessionKey = 'main'): Promise<Frame> => {
    const runId = `offline-${++runs}`;
    await client.call('chat.send', { sessionKey, message, idempotencyKey: runId });
    return client.event('chat', (payload) => payload['runId'] === runId && payload['state'] !== 'delta');
  };
  const textOf = (frame: Frame): string =>
    ((frame.payload?.['message'] as { content: { text: string }[] } | undefined)?.content ?? [])
      .map((part) => part.text)
      .join('');

  it('says in every answer that no model is behind it, and how to connect one', async () => {
    const answer = await ask('Write me a poem');
    expect(answer.payload?.['message']).toMatchObject({ provider: 'offline', model: 'assistant', offline: true });
    expect(textOf(answer)).toContain('ANTHROPIC_API_KEY=<your key> npm start');
  });

  it('does for real what it understands', async () => {
    expect(textOf(await ask('what time is it?'))).toMatch(/\d{1,2}:\d\d/);
    await ask('write hello world to greet.txt');
    expect(readFileSync(join(gateway.stateDir, 'workspace', 'greet.txt'), 'utf8').trim()).toBe('hello world');
    expect(textOf(await ask('read greet.txt'))).toContain('hello world');
    expect(textOf(await ask('list'))).toContain('greet.txt');
    await ask('remember that my cat is called Minka');
    expect(textOf(await ask('recall cat'))).toContain('Minka');
    expect(textOf(await ask('read nothing.txt'))).toContain('nothing.txt');
  });

  (process.env['TEST_SANDBOX'] ? it : it.skip)('runs a command, walled off', async () => {
    expect(textOf(await ask('run echo $((6*7))'))).toContain('42');
  });
});

describe('a reminder', () => {
  it('comes to the chat that asked for it, once, also when the gateway was killed meanwhile', async () => {
    const telegram = await FakeTelegram.start();
    const config = {
      channels: {
        telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [5] },
      },
    };
    let gateway = await GatewayProcess.start({ config });
    try {
      telegram.say({ chatId: 5, text: 'remind me in 2 seconds to water the plants' });
      await until('the promise', () => telegram.textsIn(5).length === 1);
      await gateway.signal('SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 2000));
      gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
      await until('the reminder', () => telegram.textsIn(5).length === 2);
      expect(telegram.textsIn(5)[1]).toContain('water the plants');
      await gateway.signal('SIGKILL');
      gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(telegram.textsIn(5)).toHaveLength(2);
    } finally {
      await gateway.stop();
      await telegram.stop();
    }
  });
});
