import type { ModelAnswer } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { type Frame, WireClient } from '../harness/wire-client';

const THOUGHT: ModelAnswer = { steps: [{ reasoning: 'What could be said?' }] };
const BLANKS: ModelAnswer = { steps: [{ text: '\n \n' }] };
const TAGGED: ModelAnswer = { steps: [{ text: '<think>What could be said?</think>\n' }] };

describe('a model that ends without a word', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let runs = 0;

  beforeAll(async () => {
    models = await FakeModels.start();
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
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
  });

  const say = async (message: string): Promise<Frame> => {
    const key = `empty-${++runs}`;
    const { payload } = await client.call('chat.send', { sessionKey: key, message, idempotencyKey: key });
    return client.event('chat', (event) => event['runId'] === payload?.['runId'] && event['state'] !== 'delta');
  };
  const textOf = ({ payload }: Frame): string => JSON.stringify(payload?.['message'] ?? '');

  it.each([
    ['thoughts alone', THOUGHT],
    ['blanks', BLANKS],
    ['thoughts in its text', TAGGED],
    ['nothing at all', { steps: [] }],
  ])('is asked once more, and then it is said: %s', async (_, answer) => {
    models.answer = () => answer;
    const end = await say('Say something');
    expect(end.payload).toMatchObject({
      state: 'error',
      errorMessage: expect.stringContaining('sent an empty answer'),
    });
    expect(models.requests).toHaveLength(2);
    expect(models.requests[1]?.lastUser).toContain('neither text nor a call');
    // The question of the gateway is no part of the conversation.
    const { payload } = await client.call('chat.history', { sessionKey: `empty-${runs}` });
    expect(JSON.stringify(payload)).not.toContain('neither text nor a call');
  });

  it('answers when it is asked once more', async () => {
    models.answer = ({ index }) => (index === models.requests[0]?.index ? THOUGHT : { steps: [{ text: 'This.' }] });
    const end = await say('Say something');
    expect(end.payload).toMatchObject({ state: 'final' });
    expect(textOf(end)).toContain('This.');
  });

  it('is asked once more after a tool, too', async () => {
    models.answer = (request) =>
      request.toolResults === 0 && !request.text.includes('"name":"session_status"')
        ? { steps: [{ text: 'I look.' }, { tool: { name: 'session_status', args: {} } }] }
        : THOUGHT;
    const end = await say('Use a tool');
    expect(end.payload).toMatchObject({
      state: 'error',
      errorMessage: expect.stringContaining('sent an empty answer'),
    });
    expect(models.requests).toHaveLength(3);
  });

  it('is silent only by NO_REPLY, which is asked for once', async () => {
    models.answer = () => ({ steps: [{ reasoning: 'Nothing to say.' }, { text: 'NO_REPLY' }] });
    const end = await say('Note this');
    expect(end.payload).toMatchObject({ state: 'final' });
    expect(textOf(end)).not.toContain('NO_REPLY');
    expect(models.requests).toHaveLength(1);
  });

  it('is told of on the command line', async () => {
    models.answer = () => THOUGHT;
    const { code, stdout, stderr } = await runCli(['agent', '--message', 'Say something', '--session', 'cli-empty'], {
      env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
    });
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain('sent an empty answer');
  });
});
