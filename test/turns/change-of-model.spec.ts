import { FakeModels } from '../fakes/model-server';
import { GatewayProcess } from '../harness/gateway-process';
import { type Frame, WireClient } from '../harness/wire-client';

/** One conversation through providers that each refuse what the others wrote. */
describe('a change of model', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let runs = 0;

  beforeAll(async () => {
    models = await FakeModels.start();
    gateway = await GatewayProcess.start({
      config: {
        models: {
          providers: {
            // Takes everything, and writes what others refuse.
            kimi: models.provider('openai-completions', 'kimi-k2.5'),
            anthropic: models.provider('anthropic-messages', 'claude-sonnet-4-5', { reasoning: true }, 'anthropic'),
            mistral: models.provider('openai-completions', 'mistral-large-latest', {}, 'mistral'),
            openai: models.provider('openai-responses', 'gpt-5.2', { reasoning: true }, 'openai-responses'),
            google: models.provider('google-generative-ai', 'gemini-3-pro-preview', {}, 'gemini'),
            deepseek: models.provider('openai-completions', 'deepseek-reasoner', { reasoning: true }, 'deepseek'),
          },
        },
        agents: {
          defaults: {
            model: { primary: 'kimi/kimi-k2.5', fallbacks: ['anthropic/claude-sonnet-4-5'] },
            thinkingDefault: 'low',
          },
        },
      },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await models.stop();
  });
  beforeEach(() => {
    models.requests.length = 0;
    models.refusals.length = 0;
  });

  const say = async (sessionKey: string, message: string): Promise<Frame> => {
    const { payload } = await client.call('chat.send', { sessionKey, message, idempotencyKey: `change-${++runs}` });
    return client.event('chat', (event) => event['runId'] === payload?.['runId'] && event['state'] !== 'delta');
  };
  const CALL = {
    steps: [
      { reasoning: 'I look.' },
      { text: '\n\n' },
      { tool: { id: 'functions.session_status:0', name: 'session_status', args: {} } },
    ],
  };

  it('is survived in the middle of a turn, when a fall-back takes over', async () => {
    models.answer = ({ format, toolResults }) =>
      format === 'anthropic-messages'
        ? { steps: [{ text: 'Done.' }] }
        : toolResults === 0
          ? CALL
          : { steps: [], status: 401 };
    expect((await say('mid-turn', 'Look')).payload).toMatchObject({ state: 'final' });
    expect(models.refusals).toEqual([]);
    expect(models.requests.at(-1)?.format).toBe('anthropic-messages');
    // Claude thinks where it may: not on in a round that somebody else began.
    expect(models.requests.at(-1)?.body['thinking']).toBeUndefined();
  });

  it('is survived at every point, through all of them and back', async () => {
    models.answer = ({ model, toolResults }) =>
      toolResults === 0
        ? model === 'kimi-k2.5'
          ? CALL
          : { steps: [CALL.steps[2] as never] }
        : { steps: [{ text: 'Done.' }] };
    const round = [
      'mistral/mistral-large-latest',
      'anthropic/claude-sonnet-4-5',
      'deepseek/deepseek-reasoner',
      'openai/gpt-5.2',
      'google/gemini-3-pro-preview',
      'kimi/kimi-k2.5',
      'mistral/mistral-large-latest',
    ];
    await say('round', 'Look');
    for (const model of round) {
      await say('round', `/model ${model}`);
      expect([model, (await say('round', 'And now?')).payload?.['state']]).toEqual([model, 'final']);
    }
    expect(models.refusals).toEqual([]);
  });
});
