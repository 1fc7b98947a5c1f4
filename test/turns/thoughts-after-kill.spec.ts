import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { MODEL_CATALOG } from '../../src/agent/providers/model-catalog';
import type { ModelFormat, ModelRequest } from '../fakes/model-formats/model-format';
import type { StrictName } from '../fakes/model-formats/strict/providers';
import { signatureOf } from '../fakes/model-formats/strict/refusal';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const STRICT: Readonly<Record<string, StrictName>> = {
  anthropic: 'anthropic',
  openai: 'openai-responses',
  google: 'gemini',
  openrouter: 'openrouter',
  mistral: 'mistral',
  groq: 'groq',
  xai: 'xai',
  deepseek: 'deepseek',
};
/** How each format holds a picture. */
const PICTURE: Readonly<Record<ModelFormat, string>> = {
  'openai-completions': '"image_url"',
  'openai-responses': '"input_image"',
  'anthropic-messages': '"type":"image"',
  'google-generative-ai': '"inlineData"',
};

/** The default model of each provider that is known by name, cut off in the middle of a turn. */
describe('a turn that was cut off after a thought and a picture', () => {
  it('goes on at every provider: the thought goes back where it is demanded, the picture as a picture', async () => {
    const models = await FakeModels.start();
    const providers = Object.fromEntries(
      MODEL_CATALOG.map(({ id, api, defaultModel, models: known }) => {
        const { reasoning, input, contextWindow, maxTokens } = known.find((model) => model.id === defaultModel) ?? {};
        const facts = { reasoning, input, contextWindow, maxTokens };
        return [id, models.provider(api as ModelFormat, defaultModel, facts, STRICT[id])];
      }),
    );
    let isCutOff = false;
    models.answer = ({ toolResults, model }) => {
      if (toolResults === 0)
        return {
          steps: [
            { reasoning: 'I look at it first.', signature: signatureOf(model) },
            { tool: { name: 'read', args: { path: 'small.png' } } },
          ],
        };
      return { steps: isCutOff ? [{ text: 'It is red.' }] : [{ stall: true }] };
    };
    let gateway = await GatewayProcess.start({
      config: { models: { providers }, agents: { defaults: { maxConcurrent: 20 } } },
    });
    const workspace = join(gateway.stateDir, 'workspace');
    mkdirSync(workspace, { recursive: true });
    const red = sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } });
    writeFileSync(join(workspace, 'small.png'), await red.png().toBuffer());
    let client = await WireClient.connected(gateway.url);
    try {
      for (const { id, defaultModel } of MODEL_CATALOG) {
        expect(
          (await client.call('sessions.patch', { key: id, model: `${id}/${defaultModel}` })).error,
        ).toBeUndefined();
        await client.call('chat.send', { sessionKey: id, message: 'What colour is it?', idempotencyKey: `cut-${id}` });
      }
      const waiting = (): ModelRequest[] => models.requests.filter(({ toolResults }) => toolResults === 1);
      await until('each model has read it', () => waiting().length === MODEL_CATALOG.length, 120_000);
      await gateway.signal('SIGKILL');
      client.close();
      isCutOff = true;
      models.requests.length = 0;
      gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
      client = await WireClient.connected(gateway.url);
      for (const { id } of MODEL_CATALOG) {
        const { payload } = await client.call('agent.wait', { runId: `cut-${id}`, timeoutMs: 120_000 });
        expect([id, payload?.['status'], models.refusals]).toEqual([id, 'ok', []]);
      }
      expect(models.refusals).toEqual([]);
      for (const { id, defaultModel, models: known } of MODEL_CATALOG) {
        const request = models.requests.find(({ model }) => model === defaultModel);
        const seesPictures = known.find((model) => model.id === defaultModel)?.input.includes('image') ?? false;
        expect([id, request?.text.includes(PICTURE[request.format])]).toEqual([id, seesPictures]);
      }
      const deepseek = models.requests.find(({ model }) => model.startsWith('deepseek'));
      expect(deepseek?.text).toContain('"reasoning_content":"I look at it first."');
    } finally {
      client.close();
      await gateway.stop();
      await models.stop();
    }
  }, 240_000);
});
