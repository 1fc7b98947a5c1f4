import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SilentLoggerFactory } from '__src__/common/logger';
import { PROVIDER_KEYS } from '__src__/config/provider-keys';
import { ModelAsker, textOf } from '__test__/models/model-asker';
import { ModelFactsService } from '__src__/agent/providers/facts/model-facts.service';
import { MODEL_CATALOG } from '__src__/agent/providers/model-catalog';
import { ModelRegistry } from '__src__/agent/providers/model-registry.service';
import { __UPPER__ } from './__name__';

const KEY = 'a-key-of-a-test';

describe('the provider __name__', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-test-'));
  let asker: ModelAsker;
  beforeAll(async () => {
    asker = await ModelAsker.start();
  });
  afterAll(async () => {
    await asker.stop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  const registryWith = (keys: Record<string, string>): ModelRegistry => {
    const service = { config: {}, stateDir, env: { get: (name: string) => keys[name] } } as never;
    const facts = new ModelFactsService(service, new SilentLoggerFactory(), {
      now: Date.now,
      monotonic: Date.now,
    } as never);
    return new ModelRegistry(service, { addSecret: () => undefined } as never, facts, new SilentLoggerFactory());
  };

  it('is listed, with its default model among its models', () => {
    expect(MODEL_CATALOG).toContain(__UPPER__);
    expect(PROVIDER_KEYS).toEqual(expect.arrayContaining([...__UPPER__.keyVariables]));
    expect(__UPPER__.models.map(({ id }) => id)).toContain(__UPPER__.defaultModel);
  });

  it('is found by the key in the environment', () => {
    const [variable = ''] = __UPPER__.keyVariables;
    const known = registryWith({ [variable]: KEY }).lookup(`${__UPPER__.id}/${__UPPER__.defaultModel}`);
    expect(known).toMatchObject({ baseUrl: __UPPER__.baseUrl, apiKey: KEY, api: __UPPER__.api });
  });

  it('answers in the format that is declared', async () => {
    const info = asker.infoOf('openai-completions', __UPPER__.id, __UPPER__.defaultModel);
    expect(info.api).toBe(__UPPER__.api);
    expect(textOf(await asker.ask({ steps: [{ text: 'Hello there' }] }, info))).toBe('Hello there');
  });
});
