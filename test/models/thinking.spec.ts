import { openModel } from '../../src/agent/providers/open-model';
import type { ModelInfo } from '../../src/agent/providers/model-info';
import { callModel } from '../../src/agent/runtime/call-model';
import { reasoningOptions } from '../../src/agent/runtime/model-step.service';
import { FakeModels } from '../fakes/model-server';

/** What goes over the wire, for services that each have their own words for how much is thought. */
describe('how much a model thinks', () => {
  let models: FakeModels;
  beforeAll(async () => {
    models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'ok' }] });
  });
  afterAll(() => models.stop());

  const told = async (provider: string, id: string, level: string, more: Partial<ModelInfo> = {}): Promise<unknown> => {
    const { baseUrl } = models.provider('openai-completions') as { baseUrl: string };
    const info = {
      provider,
      id,
      api: 'openai-completions',
      baseUrl,
      apiKey: 'k',
      headers: {},
      reasoning: true,
      input: ['text'],
      cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
      contextWindow: 100_000,
      maxTokens: 1000,
      ...more,
    } as unknown as ModelInfo;
    await callModel(
      await openModel(info),
      info,
      {
        prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        maxOutputTokens: 100,
        abortSignal: new AbortController().signal,
        ...reasoningOptions(info, level),
      },
      { text: () => undefined, thinking: () => undefined },
    );
    const { reasoning_effort, reasoning, thinking } = models.requests.at(-1)?.body ?? {};
    return Object.fromEntries(
      Object.entries({ reasoning_effort, reasoning, thinking }).filter(([, value]) => value !== undefined),
    );
  };

  it.each<[string, string, string, object]>([
    ['openrouter', 'anthropic/claude-opus-4.5', 'medium', { reasoning: { effort: 'medium' } }],
    ['openrouter', 'anthropic/claude-opus-4.5', 'xhigh', { reasoning: { effort: 'high' } }],
    ['openrouter', 'anthropic/claude-opus-4.5', 'off', {}],
    ['xai', 'grok-4.3', 'medium', { reasoning_effort: 'medium' }],
    ['xai', 'grok-4.5', 'minimal', { reasoning_effort: 'low' }],
    ['xai', 'grok-3-mini', 'medium', { reasoning_effort: 'high' }],
    ['xai', 'grok-4', 'high', {}],
    ['xai', 'grok-4-0709', 'high', {}],
    ['xai', 'grok-4-fast-reasoning', 'high', {}],
    ['xai', 'grok-4.20-reasoning', 'high', {}],
    ['deepseek', 'deepseek-v4-pro', 'low', { reasoning_effort: 'low' }],
    ['deepseek', 'deepseek-v4-pro', 'medium', { reasoning_effort: 'high' }],
    ['deepseek', 'deepseek-v4-pro', 'xhigh', { reasoning_effort: 'max' }],
    ['deepseek', 'deepseek-v4-pro', 'off', { thinking: { type: 'disabled' } }],
    ['another', 'some-model', 'high', {}],
  ])('%s, %s, level %s', async (provider, id, level, expected) => {
    expect(await told(provider, id, level)).toEqual(expected);
  });

  it('a service that is said to know the parameter gets it, and one that is said not to gets none', async () => {
    const known = { compat: { supportsReasoningEffort: true } };
    expect(await told('another', 'some-model', 'high', known)).toEqual({ reasoning_effort: 'high' });
    expect(await told('openrouter', 'a/b', 'high', { compat: { supportsReasoningEffort: false } })).toEqual({});
    expect(await told('deepseek', 'deepseek-v4-pro', 'high', { reasoning: false })).toEqual({});
  });
});
