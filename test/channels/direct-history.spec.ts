import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';

const [SHORT, LONG] = [5, 6];

describe('the history of a direct conversation', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;

  beforeEach(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({ steps: [{ text: `Heard ${/word\d/.exec(lastUser)?.[0] ?? 'nothing'}` }] });
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        session: { dmScope: 'per-channel-peer' },
        channels: {
          telegram: {
            dmHistoryLimit: 1,
            accounts: {
              work: {
                botToken: telegram.token,
                apiRoot: telegram.apiRoot,
                dmPolicy: 'allowlist',
                allowFrom: [SHORT, LONG],
                dms: { [LONG]: { historyLimit: 2 } },
              },
            },
          },
        },
      },
    });
  });
  afterEach(async () => {
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  /** Says four words one after the other, and returns those that the model was shown with the last one. */
  const shownAtLast = async (chatId: number): Promise<string[]> => {
    for (let count = 1; count <= 4; count++) {
      telegram.say({ chatId, text: `word${count}` });
      await until(`answer ${count}`, () => telegram.textsIn(chatId).length === count);
    }
    const told = JSON.stringify(models.requests.at(-1));
    return [1, 2, 3, 4].map((count) => `word${count}`).filter((word) => told.includes(word));
  };

  it('is cut to the person’s last turns, as the account or their own entry says', async () => {
    expect(await shownAtLast(SHORT)).toEqual(['word3', 'word4']);
    expect(await shownAtLast(LONG)).toEqual(['word2', 'word3', 'word4']);
  });
});
