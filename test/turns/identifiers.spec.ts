import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { type Frame, TestDevice, WireClient, connectParams } from '../harness/wire-client';

const OWNER = 5;

describe('keys that clients choose', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;

  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        commands: { bash: true, bashForegroundMs: 10_000 },
        tools: { exec: { security: 'full', ask: 'off' } },
        channels: {
          telegram: {
            botToken: telegram.token,
            apiRoot: telegram.apiRoot,
            dmPolicy: 'allowlist',
            allowFrom: [OWNER],
            streamMode: 'off',
          },
        },
      },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });
  beforeEach(() => {
    models.answer = ({ lastUser }) => ({ steps: [{ text: `You said: ${lastUser}` }] });
  });

  const chat = (key: string, message: string, sessionKey = 'main', by = client): Promise<Frame> =>
    by.call('chat.send', { sessionKey, message, idempotencyKey: key });
  let requests = 0;
  const agent = async (key: string, message: string, more: Record<string, unknown> = {}): Promise<Frame> => {
    const id = `agent-${++requests}`;
    const params = { message, idempotencyKey: key, ...more };
    client.send({ type: 'req', id, method: 'agent', params });
    await client.answerTo(id);
    return client.answerTo(id, 2);
  };
  const textOf = (frame: Frame): string =>
    ((frame.payload?.['result'] as { payloads: { text: string }[] }).payloads[0] as { text: string }).text;
  const ended = (key: string, by = client): Promise<Frame> =>
    by.event('chat', (payload) => payload['runId'] === key && payload['state'] === 'final');
  const said = ({ payload }: Frame): string =>
    (payload?.['message'] as { content: { text: string }[] }).content.map(({ text }) => text).join('');
  const withDevice = async (): Promise<WireClient> => {
    const socket = await WireClient.open(gateway.url);
    const hello = await socket.call('connect', new TestDevice().sign('v3', socket.nonce, connectParams()));
    if (!hello.ok) throw new Error(JSON.stringify(hello.error));
    return socket;
  };

  it('are two runs where two methods have the same one, and the conversation goes on', async () => {
    expect((await chat('twice', 'first')).payload).toEqual({ runId: 'twice', status: 'started' });
    expect(said(await ended('twice'))).toBe('You said: first');
    expect(textOf(await agent('twice', 'second'))).toBe('You said: second');
    expect((await chat('after', 'third')).payload).toMatchObject({ status: 'started' });
    expect(said(await ended('after'))).toBe('You said: third');
  });

  it('are two runs where two callers have the same one, each called by a name of its own while both are open', async () => {
    const [one, other] = [await withDevice(), await withDevice()];
    const bothRun = new Gate();
    models.answer = ({ lastUser }) => ({ steps: [{ until: bothRun }, { text: `You said: ${lastUser}` }] });
    const first = await chat('shared', 'from the one', 'one', one);
    const second = await chat('shared', 'from the other', 'other', other);
    bothRun.open();
    expect(first.payload?.['runId']).toBe('shared');
    const name = String(second.payload?.['runId']);
    expect(name).not.toBe('shared');
    expect(said(await ended('shared', one))).toBe('You said: from the one');
    expect(said(await ended(name, other))).toBe('You said: from the other');
    // Each means its own by the key, also afterwards.
    expect((await chat('shared', 'from the other', 'other', other)).payload).toEqual({ runId: name, status: 'ok' });
    one.close();
    other.close();
  });

  it('silence nobody by looking like the ids of a platform', async () => {
    const next = telegram.say({ chatId: OWNER, text: 'How are you?' });
    await until('the answer', () => telegram.textsIn(OWNER).length > 0);
    const key = `telegram:default:${OWNER}:${next + 1}`;
    for (const method of ['chat.send', 'send'] as const)
      await client.call(method, {
        sessionKey: 'main',
        message: 'a trap',
        to: String(OWNER),
        channel: 'telegram',
        idempotencyKey: key,
      });
    await until('the trap', () => telegram.textsIn(OWNER).includes('a trap'));
    telegram.say({ chatId: OWNER, text: 'Are you there?' });
    await until('the answer', () => telegram.textsIn(OWNER).some((text) => text.endsWith('Are you there?')));
  });

  it('are two messages where something is sent and then an answer delivered', async () => {
    await client.call('send', { to: String(OWNER), message: 'sent', channel: 'telegram', idempotencyKey: 'both' });
    await agent('both', 'delivered', { deliver: true, channel: 'telegram', to: String(OWNER), sessionKey: 'apart' });
    await until('both', () => telegram.textsIn(OWNER).filter((text) => /sent$|delivered$/.test(text)).length === 2);
  });

  it('run a command once however often they are repeated', async () => {
    const command = '/bash echo once >> "$HOME/ledger.txt"; sleep 1';
    const home = join(gateway.stateDir, 'workspace');
    const text = command.replace('$HOME', home);
    const answers = await Promise.all(Array.from({ length: 5 }, () => chat('command', text)));
    expect(answers.map(({ payload }) => payload?.['status']).sort()).toEqual([
      ...Array.from({ length: 4 }, () => 'in_flight'),
      'started',
    ]);
    await ended('command');
    expect((await chat('command', text)).payload).toEqual({ runId: 'command', status: 'ok' });
    expect(readFileSync(join(home, 'ledger.txt'), 'utf8')).toBe('once\n');
    const status = await agent('command', '/status');
    expect(textOf(status)).toContain('fake/fake-1');
  });
});
