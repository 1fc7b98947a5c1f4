import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { type Frame, WireClient } from '../harness/wire-client';

const ANN = 810_001;
const BEN = 810_002;
const CAROL = 810_003;

/** One gateway for all of them; each test has chats of its own. */
describe('what Telegram answers sends with', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let key = 0;

  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'An answer' }] });
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: {
            botToken: telegram.token,
            apiRoot: telegram.apiRoot,
            dmPolicy: 'allowlist',
            allowFrom: [ANN, BEN, CAROL],
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

  const send = (to: number, message: string): Promise<Frame> =>
    client.call('send', { channel: 'telegram', to: String(to), message, idempotencyKey: `key-${key++}` });
  const tries = (text: string): number => telegram.calls.filter(({ params }) => params['text'] === text).length;

  it('a fault of the server, before anything is known of the bot: sent until it arrives', async () => {
    telegram.faults.add('sendMessage', { kind: 'status', status: 502, description: 'Bad Gateway' }, 3);
    expect(await send(ANN, 'The very first')).toMatchObject({ ok: true });
    expect(telegram.textsIn(ANN)).toEqual(['The very first']);
  });

  it.each([500, 502, 504])('%i, although the message arrived: it is found, not sent once more', async (status) => {
    telegram.faults.add('sendMessage', { kind: 'status-after', status });
    const text = `Said with ${status}`;
    expect(await send(ANN, text)).toMatchObject({ ok: true });
    expect(telegram.textsIn(ANN).filter((each) => each === text)).toHaveLength(1);
  });

  it('answers that arrived with a fault of the server are in order, each once', async () => {
    models.answer = ({ lastUser }) => ({ steps: [{ text: `Answer to ${/q\d/.exec(lastUser)?.[0]}` }] });
    telegram.faults.add('sendMessage', { kind: 'status-after', status: 502 });
    telegram.faults.add('sendMessage', { kind: 'status', status: 500 });
    for (const text of ['q1', 'q2', 'q3']) {
      telegram.say({ chatId: BEN, text });
      await until(text, () => models.requests.some(({ lastUser }) => lastUser.includes(text)));
    }
    await until('the last answer', () => telegram.textsIn(BEN).includes('Answer to q3'));
    expect(telegram.textsIn(BEN)).toEqual(['Answer to q1', 'Answer to q2', 'Answer to q3']);
  });

  it('a limit of weeks is waited for, and holds up nobody else', async () => {
    telegram.faults.add('sendMessage', { kind: 'rate-limit', retryAfter: 3_000_000 });
    const never = send(CAROL, 'In five weeks').catch(() => undefined);
    await until('the refusal', () => tries('In five weeks') > 0);
    expect(await send(ANN, 'Meanwhile')).toMatchObject({ ok: true });
    expect(await send(ANN, 'And later')).toMatchObject({ ok: true });
    expect(tries('In five weeks')).toBe(1);
    void never;
  });
});
