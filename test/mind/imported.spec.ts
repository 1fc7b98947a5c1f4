import fc from 'fast-check';
import type { ModelFormat } from '../fakes/model-formats/model-format';
import type { StrictName } from '../fakes/model-formats/strict/providers';
import type { ModelInfo } from '../../src/agent/providers/model-info';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess } from '../harness/gateway-process';
import { pictures, transcript } from '../harness/transcripts';
import { WireClient } from '../harness/wire-client';

const TARGETS: [StrictName, string, ModelFormat][] = [
  ['anthropic', 'claude-sonnet-4-5', 'anthropic-messages'],
  ['openai-responses', 'gpt-5.2', 'openai-responses'],
  ['openai-chat', 'gpt-4.1', 'openai-completions'],
  ['gemini', 'gemini-2.5-pro', 'google-generative-ai'],
  ['mistral', 'mistral-large-latest', 'openai-completions'],
  ['deepseek', 'deepseek-v4-pro', 'openai-completions'],
  ['ollama', 'llama3.3:70b', 'openai-completions'],
  ['groq', 'llama-3.3-70b-versatile', 'openai-completions'],
  ['xai', 'grok-4', 'openai-completions'],
  ['openrouter', 'moonshotai/kimi-k2.5', 'openai-completions'],
];
const CONVERSATIONS = 4;

/** Conversations of other programs are taken over, gone on with, summed up and gone on with again, at each provider. */
describe('an imported conversation', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let texts: string[];
  let runs = 0;

  beforeAll(async () => {
    models = await FakeModels.start();
    models.answer = ({ text }) => ({
      steps: [{ text: text.includes('will be summed up soon') ? 'NO_REPLY' : 'Go on.' }],
    });
    const providers = Object.fromEntries(
      TARGETS.map(([as, id, api]) => [
        as,
        models.provider(api, id, { contextWindow: 32_000, maxTokens: 1000, reasoning: true, input: ['text'] }, as),
      ]),
    );
    gateway = await GatewayProcess.start({
      config: { models: { providers }, agents: { defaults: { model: { primary: 'ollama/llama3.3:70b' } } } },
    });
    client = await WireClient.connected(gateway.url);
    const makers = TARGETS.map(([as, id, api]) => ({ provider: as, id, api }) as ModelInfo);
    const any = fc.array(transcript(makers, await pictures()), { minLength: 3, maxLength: 6 });
    texts = fc.sample(any, { numRuns: CONVERSATIONS, seed: 20_261_129 }).map((parts) =>
      parts
        .flat()
        .map(({ message }) => JSON.stringify({ type: 'message', message }))
        .join('\n'),
    );
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await models.stop();
  });

  const say = async (sessionKey: string, message: string): Promise<unknown> => {
    const runId = `imported-${++runs}`;
    await client.call('chat.send', { sessionKey, message, idempotencyKey: runId });
    return (await client.call('agent.wait', { runId, timeoutMs: 60_000 })).payload?.['status'];
  };

  it.each(TARGETS)(
    'is taken by %s, before and after a summary, and where notes are asked for',
    async (as, id) => {
      models.refusals.length = 0;
      for (const [index, text] of texts.entries()) {
        const key = `${as}-${index}`;
        expect((await client.call('sessions.import', { key, text })).payload).toMatchObject({ ok: true });
        await client.call('sessions.patch', { key, model: `${as}/${id}` });
        expect([as, index, await say(key, 'And now?')]).toEqual([as, index, 'ok']);
        await say(key, `/compact`);
        expect([as, index, await say(key, 'And after that?')]).toEqual([as, index, 'ok']);
        // Fills the window, so that notes are asked for and the beginning is summed up.
        for (let part = 0; part < 4; part++)
          expect(await say(key, `part ${part} ${'tea and water '.repeat(2200)}`)).toBe('ok');
        expect([as, index, await say(key, 'Still there?')]).toEqual([as, index, 'ok']);
      }
      expect(models.refusals).toEqual([]);
      expect(models.requests.some(({ text }) => text.includes('Conversation to add to it'))).toBe(true);
    },
    180_000,
  );
});
