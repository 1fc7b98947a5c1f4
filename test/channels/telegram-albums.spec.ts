import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { telegramConfig } from '../harness/channel-config';
import { GatewayProcess, until } from '../harness/gateway-process';

const OWNER = 5;
const BOT = '@nest_test_bot';

describe('groups in which the assistant answers when it is named', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let group = -1000;
  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'ok' }] });
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions', 'fake-1', { input: ['text', 'image'] }) } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: { telegram: telegramConfig(telegram, [OWNER], { groupPolicy: 'open' }) },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });
  beforeEach(() => {
    group -= 1;
    models.requests.length = 0;
  });

  const say = (message: Partial<Parameters<FakeTelegram['say']>[0]>): number =>
    telegram.say({ chatId: group, fromId: OWNER, chatType: 'supergroup', text: '', ...message });
  const answered = (count = 1): Promise<void> =>
    until(`${count} answers`, () => telegram.textsIn(group).length >= count);
  const quiet = (ms = 1200): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const asked = (): string => models.requests.at(-1)?.text ?? '';

  it.each([0, 1, 2])('an album is one message, also when the mention stands at picture %i', async (at) => {
    for (let index = 0; index < 3; index++) {
      telegram.files.set(`p${at}${index}`, png(index));
      say({
        photo: { fileId: `p${at}${index}` },
        albumId: `album-${at}`,
        text: index === at ? `${BOT} which is red?` : `part ${index}`,
      });
    }
    await answered();
    await quiet();
    expect(models.requests).toHaveLength(1);
    for (let index = 0; index < 3; index++) expect(asked()).toContain(png(index).toString('base64'));
    expect(asked()).toContain('which is red?');
    expect(asked()).not.toContain('since your last answer');
  });

  it('an album that nobody named the assistant in is heard and not answered', async () => {
    for (let index = 0; index < 2; index++) say({ photo: { fileId: 'x' }, albumId: 'quiet', text: `part ${index}` });
    await quiet();
    expect(models.requests).toHaveLength(0);
    say({ text: `${BOT} what did I send?` });
    await answered();
    expect(models.requests).toHaveLength(1);
    expect(asked()).toContain('part 0');
    expect(asked()).toContain('part 1');
  });

  it('a command for another bot is heard and not carried out; for ours it is, however its name is written', async () => {
    say({ text: `${BOT} the password is heron` });
    await answered();
    for (const text of ['/new@other_bot', '/status@other_bot', '/stop@nest_test_bot_too']) say({ text });
    await quiet();
    expect(telegram.textsIn(group)).toEqual(['ok']);
    say({ text: `${BOT} still there?` });
    await answered(2);
    expect(asked()).toContain('the password is heron');
    expect(asked()).toContain('/new@other_bot');
    say({ text: '/STATUS@Nest_Test_Bot' });
    await answered(3);
    expect(telegram.textsIn(group)[2]).toContain('fake-1');
  });

  it('of a place that is followed only the newest is told', async () => {
    const at = (latitude: number): object => ({
      message_id: 77,
      date: 1,
      from: { id: OWNER, is_bot: false, first_name: 'Ann' },
      chat: { id: OWNER, type: 'private', first_name: 'Ann' },
      location: { latitude, longitude: 10, live_period: 900 },
    });
    telegram.push('message', at(1));
    await until('an answer', () => telegram.textsIn(OWNER).length === 1);
    for (const latitude of [2, 3, 4]) telegram.push('edited_message', { ...at(latitude), edit_date: latitude });
    await quiet();
    telegram.say({ chatId: OWNER, text: 'where am I?' });
    await until('an answer', () => telegram.textsIn(OWNER).length === 2);
    const newest = (models.requests.at(-1)?.lastUser ?? '').split('since your last answer')[1];
    expect(newest).toContain('live location 4, 10');
    expect(newest).not.toContain('live location 3, 10');
  });
});

/** A picture of one pixel, told apart by bytes behind its end. */
const png = (index: number): Buffer =>
  Buffer.concat([
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
    Buffer.from([index, index]),
  ]);
