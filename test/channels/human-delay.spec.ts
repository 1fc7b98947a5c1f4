import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';

const OWNER = 5;
const OTHER = 6;
const block = (word: string): string => `${word} ${'word '.repeat(20)}end.`;

describe('the pause between blocks of an answer', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;

  const configOf = (humanDelay: Record<string, unknown>): Record<string, unknown> => ({
    models: { providers: { fake: models.provider('openai-completions') } },
    agents: { defaults: { model: { primary: 'fake/fake-1' } }, list: [{ id: 'main', humanDelay }] },
    session: { dmScope: 'per-peer' },
    channels: {
      telegram: {
        botToken: telegram.token,
        apiRoot: telegram.apiRoot,
        dmPolicy: 'allowlist',
        allowFrom: [OWNER, OTHER],
        blockStreaming: true,
        blockStreamingCoalesce: { minChars: 50, maxChars: 200, idleMs: 200 },
      },
    },
  });

  beforeEach(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
  });
  afterEach(async () => {
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  it('holds up no other chat, and a kill loses nothing of what waits', async () => {
    const end = new Gate();
    models.answer = ({ lastUser }) => ({
      steps: lastUser.includes('long')
        ? [{ text: `${block('One')}\n\n${block('Two')}\n\n${block('Three')}\n\nF` }, { until: end }, { text: 'our.' }]
        : [{ text: 'Short.' }],
    });
    const hour = 3_600_000;
    gateway = await GatewayProcess.start({ config: configOf({ mode: 'custom', minMs: hour, maxMs: hour }) });
    telegram.say({ chatId: OWNER, text: 'A long one' });
    await until('the first block', () => telegram.textsIn(OWNER).length > 0);
    for (let count = 1; count <= 3; count++) {
      telegram.say({ chatId: OTHER, text: 'Hello' });
      await until(`answer ${count} elsewhere`, () => telegram.textsIn(OTHER).length === count);
    }
    expect(telegram.textsIn(OWNER)).toEqual([block('One')]);
    end.open();
    await gateway.signal('SIGKILL');
    const { stateDir, port } = gateway;
    gateway = await GatewayProcess.start({ stateDir, port, config: configOf({ mode: 'off' }) });
    await until('the end', () => telegram.textsIn(OWNER).at(-1)?.endsWith('Four.') === true);
    expect(telegram.textsIn(OWNER)).toEqual([block('One'), block('Two'), block('Three'), 'Four.']);
  });
});
