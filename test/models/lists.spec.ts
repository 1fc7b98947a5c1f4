import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SilentLoggerFactory } from '../../src/common/logger';
import { ModelFactsService } from '../../src/agent/providers/facts/model-facts.service';
import { MODEL_CATALOG } from '../../src/agent/providers/model-catalog';
import type { ModelInfo } from '../../src/agent/providers/model-info';
import { ModelRegistry } from '../../src/agent/providers/model-registry.service';
import type { ModelFormat } from '../fakes/model-formats/model-format';
import { FakeModels, type Question, type Reply } from '../fakes/model-server';

/** Lists as the providers document them. */
const OPENROUTER = {
  data: [
    {
      id: 'qwen/qwen4-max',
      name: 'Qwen: Qwen4 Max',
      context_length: 262_144,
      architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
      pricing: { prompt: '0.0000012', completion: '0.000006', input_cache_read: '0.00000024' },
      top_provider: { context_length: 252_144, max_completion_tokens: 32_768 },
      supported_parameters: ['tools', 'reasoning'],
    },
    {
      id: 'openrouter/auto',
      name: 'Auto Router',
      context_length: 2_000_000,
      architecture: { input_modalities: ['text'], output_modalities: ['text'] },
      pricing: { prompt: '-1', completion: '-1' },
      top_provider: { context_length: null, max_completion_tokens: null },
      supported_parameters: ['tools'],
    },
    { id: 'acme/painter', architecture: { input_modalities: ['text'], output_modalities: ['image'] }, pricing: {} },
  ],
};
const MISTRAL = {
  object: 'list',
  data: [
    {
      id: 'magistral-next',
      name: 'magistral-next',
      max_context_length: 65_536,
      capabilities: { completion_chat: true, function_calling: true, vision: true },
    },
    { id: 'mistral-embed', max_context_length: 8192, capabilities: { completion_chat: false } },
  ],
};
const GROQ = {
  object: 'list',
  data: [
    { id: 'llama-next', object: 'model', active: true, context_window: 131_072, max_completion_tokens: 16_384 },
    { id: 'llama-old', object: 'model', active: false, context_window: 8192 },
    { id: 'whisper-large-v3', object: 'model', active: true, context_window: 448 },
  ],
};
const ANTHROPIC = (after: string | null): unknown => ({
  data: [
    after === null
      ? {
          type: 'model',
          id: 'claude-next',
          display_name: 'Claude Next',
          max_input_tokens: 500_000,
          max_tokens: 96_000,
          capabilities: { image_input: { supported: true }, thinking: { supported: true } },
        }
      : { type: 'model', id: 'claude-after-next', display_name: 'Claude After Next', max_input_tokens: null },
  ],
  has_more: after === null,
  last_id: after === null ? 'claude-next' : 'claude-after-next',
});
const GEMINI = (page: string | null): unknown => ({
  models: [
    page === null
      ? {
          name: 'models/gemini-next',
          displayName: 'Gemini Next',
          inputTokenLimit: 2_097_152,
          outputTokenLimit: 65_536,
          supportedGenerationMethods: ['generateContent', 'countTokens'],
          thinking: true,
        }
      : { name: 'models/gemini-embedding-2', supportedGenerationMethods: ['embedContent'], inputTokenLimit: 2048 },
  ],
  ...(page === null ? { nextPageToken: 'two' } : {}),
});

describe('the list of a provider', () => {
  let models: FakeModels;
  let stateDir: string;
  let now = 1_800_000_000_000;
  let facts: ModelFactsService;
  let registry: ModelRegistry;
  let asked: Question[];

  const start = (api: ModelFormat, as = 'openrouter'): void => {
    // Reached under a name that is no neighbour's, as a provider is.
    const provider = models.provider(api);
    const config = { models: { providers: { [as]: { ...provider, models: [] } } } };
    const service = { config, stateDir, env: { get: () => undefined } } as never;
    facts = new ModelFactsService(service, new SilentLoggerFactory(), {
      now: () => now,
      monotonic: () => now,
    } as never);
    registry = new ModelRegistry(service, { addSecret: () => undefined } as never, facts, new SilentLoggerFactory());
  };
  const serve = (list: (parameters: URLSearchParams) => unknown): void => {
    models.about = (question): Reply | undefined => {
      const url = new URL(question.url, models.url);
      if (!url.pathname.endsWith('/models')) return undefined;
      asked.push(question);
      return { body: list(url.searchParams) };
    };
  };
  const refreshed = async (as = 'openrouter'): Promise<ModelInfo[]> => {
    expect(await facts.refresh(registry.lookup(`${as}/any`))).toEqual({ models: expect.any(Number) as number });
    return registry.list().filter(({ provider }) => provider === as);
  };

  beforeEach(async () => {
    models = await FakeModels.start();
    stateDir = mkdtempSync(join(tmpdir(), 'lists-'));
    asked = [];
  });
  afterEach(async () => {
    await models.stop();
    rmSync(stateDir, { recursive: true });
  });

  it('of OpenRouter tells windows, prices and what a model takes', async () => {
    start('openai-completions');
    serve(() => OPENROUTER);
    const [qwen, auto, ...others] = await refreshed();
    expect(others).toEqual([]);
    expect(qwen).toMatchObject({
      id: 'qwen/qwen4-max',
      name: 'Qwen: Qwen4 Max',
      contextWindow: 252_144,
      maxTokens: 32_768,
      reasoning: true,
      input: ['text', 'image'],
      cost: { input: 1.2, output: 6, cacheRead: 0.24, cacheWrite: 1.2 },
    });
    expect(auto).toMatchObject({ contextWindow: 2_000_000, reasoning: false, cost: { input: 0, output: 0 } });
    expect(asked[0]?.headers.authorization).toBe('Bearer test-key');
  });

  it('of Mistral and Groq tells windows, and names only what chats and is there', async () => {
    start('openai-completions', 'mistral');
    serve(() => MISTRAL);
    expect(await refreshed('mistral')).toEqual([
      expect.objectContaining({ id: 'magistral-next', contextWindow: 65_536, input: ['text', 'image'] }),
    ]);
    rmSync(join(stateDir, 'settings'), { recursive: true });
    start('openai-completions', 'groq');
    serve(() => GROQ);
    expect(await refreshed('groq')).toEqual([
      expect.objectContaining({ id: 'llama-next', contextWindow: 131_072, maxTokens: 16_384 }),
    ]);
  });

  it('of Anthropic and Gemini is read to its last page', async () => {
    start('anthropic-messages', 'anthropic');
    serve((parameters) => ANTHROPIC(parameters.get('after_id')));
    expect(await refreshed('anthropic')).toEqual([
      expect.objectContaining({ id: 'claude-next', contextWindow: 500_000, maxTokens: 96_000, reasoning: true }),
      expect.objectContaining({ id: 'claude-after-next', name: 'Claude After Next' }),
    ]);
    expect(asked[0]?.headers).toMatchObject({ 'x-api-key': 'test-key', 'anthropic-version': '2023-06-01' });
    rmSync(join(stateDir, 'settings'), { recursive: true });
    asked = [];
    start('google-generative-ai', 'google');
    serve((parameters) => GEMINI(parameters.get('pageToken')));
    expect(await refreshed('google')).toEqual([
      expect.objectContaining({ id: 'gemini-next', contextWindow: 2_097_152, reasoning: true }),
    ]);
    expect(asked[1]?.url).toContain('pageToken=two');
    expect(asked[0]?.headers['x-goog-api-key']).toBe('test-key');
  });

  it('is kept with the time it was read, and stays where a later reading fails', async () => {
    start('openai-completions');
    serve(() => OPENROUTER);
    await refreshed();
    start('openai-completions');
    const { baseUrl } = registry.lookup('openrouter/any');
    expect(facts.listed(baseUrl)).toEqual({ ids: ['qwen/qwen4-max', 'openrouter/auto'], at: now });
    now += 60_000;
    for (const reply of [
      { status: 401, body: {} },
      { body: '<html>' },
      { body: { data: 'none' } },
      { body: { data: [{ id: 'has blanks' }, { id: '__proto__' }, 7] } },
    ] satisfies Reply[]) {
      models.about = () => reply;
      expect(await facts.refresh(registry.lookup('openrouter/any'))).toEqual({
        models: 0,
        error: expect.any(String) as string,
      });
      expect(facts.listed(baseUrl)).toMatchObject({ at: now - 60_000 });
    }
  });

  it('goes with a key to the address it was configured for, and follows nobody elsewhere', async () => {
    const other = await FakeModels.start();
    const strangers: Question[] = [];
    other.about = (question) => {
      strangers.push(question);
      return { body: OPENROUTER };
    };
    start('openai-completions');
    models.about = () => ({ status: 307, headers: { location: `${other.url}/v1/models` }, body: {} });
    expect(await facts.refresh(registry.lookup('openrouter/any'))).toMatchObject({ models: 0 });
    expect(strangers).toEqual([]);
    await other.stop();
  });
});

describe('the built-in list', () => {
  it.each(MODEL_CATALOG.map((provider) => [provider.id, provider] as const))('%s: holds together', (_, provider) => {
    const ids = provider.models.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain(provider.defaultModel);
    for (const { maxTokens, contextWindow, cost } of provider.models) {
      expect(maxTokens).toBeLessThan(contextWindow);
      expect(cost.output).toBeGreaterThanOrEqual(cost.input);
      expect(cost.cacheRead).toBeLessThan(cost.input);
    }
  });
});
