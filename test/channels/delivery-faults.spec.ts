import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { telegramConfig } from '../harness/channel-config';
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
          telegram: telegramConfig(telegram, [ANN, BEN, CAROL], { streamMode: 'off' }),
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
  /** The database refuses to note an outcome of deliveries to a chat, until what is returned is called. */
  const refusing = (chat: number, state: string): (() => void) => {
    const run = (statement: string): void => {
      const database = new SqliteFile(join(gateway.stateDir, 'openclaw-nest.sqlite'));
      database.prepare(statement).run();
      database.close();
    };
    run(`create trigger refuse before update on outbox when new.target = '${chat}' and new.state in (${state})
         begin select raise(abort, 'no room for that'); end`);
    return () => run('drop trigger refuse');
  };
  const refused = async (times: number): Promise<void> =>
    until('the refusals', () => (gateway.log.match(/no room for that/g) ?? []).length >= times);
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

  it('an outcome that the database refuses is noted as soon as it takes it, and nothing is sent twice', async () => {
    const allow = refusing(ANN, "'sent'");
    const sent = send(ANN, 'Noted later');
    await refused(1);
    allow();
    expect(await sent).toMatchObject({ ok: true });
    expect(telegram.textsIn(ANN).filter((text) => text === 'Noted later')).toHaveLength(1);
  });

  it('a failure that the database refuses to note is tried again once it takes it', async () => {
    telegram.faults.add('sendMessage', { kind: 'rate-limit', retryAfter: 0.1 });
    const before = gateway.log.match(/no room for that/g)?.length ?? 0;
    const allow = refusing(ANN, "'pending', 'unknown'");
    const sent = send(ANN, 'Tried later');
    await refused(before + 1);
    allow();
    expect(await sent).toMatchObject({ ok: true });
    expect(telegram.textsIn(ANN).filter((text) => text === 'Tried later')).toHaveLength(1);
  });
});
